import { probabilityOutputs } from './classes.ts'
import { featuresInput } from './features.ts'
import type { Split } from './float-threshold.ts'
import { Graph } from './graph.ts'
import type { OnnxExport, Value } from './graph-builder.ts'
import { requireNumbers, requireWhole, unwritable } from './parameters.ts'
import type { LeafWeight, TreeKind, TreeNodes } from './trees.ts'
import { treeValues } from './trees.ts'

export interface ClassTree extends TreeNodes {
  /** What a leaf gives: one number, for class 1 of two, or for `class`; otherwise one for each class. */
  readonly value: ArrayLike<number>
  /** The class that the tree is for: gradient boosting of more than two has a tree for each. */
  readonly class?: number
}

export interface TreeClassifierParameters {
  readonly features: number
  readonly classes: number
  /**
   * Leaves of gradient boosting have scores, which are added up and go through the logistic function, or softmax
   * for more than two classes. Leaves of a random forest have probabilities, and it takes their mean.
   */
  readonly kind: TreeKind
  readonly trees: readonly ClassTree[]
  /** Added to the scores of gradient boosting: one number for two classes, otherwise one a class. Default: 0. */
  readonly base?: ArrayLike<number>
  /** Which values go left. Default: `<=`. */
  readonly split?: Split
}

/**
 * Rows `features` [N, features] to `label` [N, 1] and, of two classes, `probability` [N, 1] of class 1; of more,
 * `probabilities` [N, classes].
 */
export function exportTreeClassifier(parameters: TreeClassifierParameters): OnnxExport {
  const { features, classes, kind, trees, base, split } = parameters
  requireWhole('classes', classes, 2, classesMax)
  const targets = classes === 2 ? 1 : classes
  for (const [index, tree] of trees.entries()) requireClass(`trees[${index}]`, tree, parameters, targets)
  const graph = new Graph('tree_classifier')
  const x = featuresInput(graph, features)
  const leaf = (tree: ClassTree, node: number) => leafWeights(tree, node, targets)
  const given = treeValues(graph, x, { kind, trees, split, targets, leaf })
  probabilityOutputs(graph, kind === 'forest' ? given : likely(graph, given, base))
  return graph.finish()
}

/** The probabilities that scores stand for. */
function likely(graph: Graph, scores: Value<'float32'>, base?: ArrayLike<number>): Value<'float32'> {
  const targets = scores.shape[1] as number
  let sums = scores
  if (base !== undefined) {
    requireNumbers('base', base, targets)
    sums = graph.add(scores, graph.constant('float32', base, [1, targets]))
  }
  return targets === 1 ? graph.sigmoid(sums) : graph.softmax(sums)
}

function leafWeights(tree: ClassTree, node: number, targets: number): LeafWeight[] {
  if (tree.class !== undefined) return [{ target: tree.class, weight: tree.value[node]! }]
  return Array.from({ length: targets }, (_, target) => ({
    target,
    weight: tree.value[node * targets + target]!,
  }))
}

function requireClass(
  name: string,
  tree: ClassTree,
  { kind, base }: TreeClassifierParameters,
  targets: number,
): void {
  if (kind === 'forest' && base !== undefined) throw unwritable('base is for gradient boosting')
  if (tree.class === undefined) return
  if (kind === 'forest') throw unwritable(`${name}.class is for gradient boosting`)
  requireWhole(`${name}.class`, tree.class, 0, targets - 1)
}

const classesMax = 100_000
