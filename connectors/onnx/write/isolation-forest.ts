import { featuresInput } from './features.ts'
import type { Split } from './float-threshold.ts'
import { Graph } from './graph.ts'
import type { OnnxExport, Value } from './graph-builder.ts'
import { requireWhole } from './parameters.ts'
import type { TreeNodes } from './trees.ts'
import { treeValues } from './trees.ts'

export interface IsolationTree extends TreeNodes {
  /** For a leaf, its depth plus `averagePathLength` of the rows in it; of no account for other nodes. */
  readonly pathLength: ArrayLike<number>
}

export interface IsolationForestParameters {
  readonly features: number
  readonly trees: readonly IsolationTree[]
  /** Rows that each tree was grown from: what the path lengths are compared with. */
  readonly sampleSize: number
  /** Which values go left. Default: `<=`. */
  readonly split?: Split
}

const eulerMascheroni = 0.5772156649015329

/**
 * Rows `features` [N, features] to `score` [N, 1]: 2 to the power of minus the mean path length over that of an
 * average search among `sampleSize`. Near 1 is an anomaly, 0.5 and below is not.
 */
export function exportIsolationForest(forest: IsolationForestParameters): OnnxExport {
  const graph = new Graph('isolation_forest')
  const x = featuresInput(graph, forest.features)
  graph.output('score', isolationScore(graph, x, forest), 'near 1 for an anomaly, 0.5 and below for none')
  return graph.finish()
}

/** The score as a part of a larger graph. */
export function isolationScore(
  graph: Graph,
  x: Value<'float32'>,
  forest: IsolationForestParameters,
): Value<'float32'> {
  const { trees, sampleSize, split } = forest
  requireWhole('sampleSize', sampleSize, 2, Number.MAX_SAFE_INTEGER)
  const path = treeValues(graph, x, {
    kind: 'forest',
    trees,
    split,
    targets: 1,
    leaf: ({ pathLength }, node) => [{ target: 0, weight: pathLength[node]! }],
  })
  const factor = graph.constant('float32', [-Math.LN2 / averagePathLength(sampleSize)], [1, 1])
  return graph.exp(graph.multiply(path, factor))
}

/** The mean length of an unsuccessful search in a binary search tree of so many rows, c(n) in the paper. */
export function averagePathLength(rows: number): number {
  if (rows <= 1) return 0
  if (rows === 2) return 1
  return 2 * (Math.log(rows - 1) + eulerMascheroni) - (2 * (rows - 1)) / rows
}
