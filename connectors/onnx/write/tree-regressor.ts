import { featuresInput } from './features.ts'
import type { Split } from './float-threshold.ts'
import { Graph } from './graph.ts'
import type { OnnxExport } from './graph-builder.ts'
import { requireNumber } from './parameters.ts'
import type { TreeKind, TreeNodes } from './trees.ts'
import { treeValues } from './trees.ts'

export interface ValueTree extends TreeNodes {
  /** What a leaf gives; of no account for other nodes. */
  readonly value: ArrayLike<number>
}

export interface TreeRegressorParameters {
  readonly features: number
  /** Gradient boosting adds its trees up, a random forest takes their mean. */
  readonly kind: TreeKind
  readonly trees: readonly ValueTree[]
  /** Added to what the trees give. Default: 0. */
  readonly base?: number
  /** Which values go left. Default: `<=`. */
  readonly split?: Split
}

/** Rows `features` [N, features] to `prediction` [N, 1]. */
export function exportTreeRegressor(parameters: TreeRegressorParameters): OnnxExport {
  const { features, kind, trees, base = 0, split } = parameters
  requireNumber('base', base)
  const graph = new Graph('tree_regressor')
  const x = featuresInput(graph, features)
  const given = treeValues(graph, x, {
    kind,
    trees,
    split,
    targets: 1,
    leaf: ({ value }, node) => [{ target: 0, weight: value[node]! }],
  })
  graph.output('prediction', graph.add(given, graph.constant('float32', [base], [1, 1])), 'what is predicted')
  return graph.finish()
}
