import type { Split } from './float-threshold.ts'
import { floatThreshold } from './float-threshold.ts'
import type { Graph } from './graph.ts'
import type { Value } from './graph-builder.ts'
import { requireNumber, requireOneOf, requireWhole, unwritable } from './parameters.ts'

/** A binary tree, node 0 its root: an element of each list is a node, and nodes come before their children. */
export interface TreeNodes {
  /** The feature that a node splits on; -1 for a leaf. */
  readonly feature: ArrayLike<number>
  /** Where it splits; of no account for a leaf. NaN is never on the left. */
  readonly threshold: ArrayLike<number>
  /** The node for values on the left of the threshold; of no account for a leaf. */
  readonly left: ArrayLike<number>
  readonly right: ArrayLike<number>
}

/** Gradient boosting adds its trees up, a forest takes their mean. */
export type TreeKind = 'boosting' | 'forest'

/** What a leaf gives for one of the targets. */
export interface LeafWeight {
  readonly target: number
  readonly weight: number
}

export interface Ensemble<T extends TreeNodes> {
  readonly kind: TreeKind
  readonly trees: readonly T[]
  readonly split?: Split | undefined
  readonly targets: number
  leaf(tree: T, node: number): readonly LeafWeight[]
}

const modeOf = { '<=': 'BRANCH_LEQ', '<': 'BRANCH_LT' }
const aggregateOf = { boosting: 'SUM', forest: 'AVERAGE' }

/** What the trees give for rows of features: [N, features] to [N, targets]. */
export function treeValues<T extends TreeNodes>(
  graph: Graph,
  x: Value<'float32'>,
  ensemble: Ensemble<T>,
): Value<'float32'> {
  const { kind, trees, split = '<=', targets, leaf } = ensemble
  requireOneOf('kind', kind, Object.keys(aggregateOf))
  requireOneOf('split', split, Object.keys(modeOf))
  if (trees.length === 0) throw unwritable('there are no trees')
  const nodes = new NodeLists()
  const leaves = new LeafLists()
  for (const [index, tree] of trees.entries()) {
    requireTree(`trees[${index}]`, tree, x.shape[1] as number)
    for (let node = 0; node < tree.feature.length; node++) {
      nodes.add(index, node, tree, split)
      if (tree.feature[node] !== -1) continue
      for (const { target, weight } of leaf(tree, node)) {
        requireNumber(`what node ${node} of trees[${index}] gives`, weight)
        leaves.add(index, node, target, weight)
      }
    }
  }
  const aggregate = { aggregate_function: { text: aggregateOf[kind] } }
  return graph.treeEnsemble(x, targets, { ...nodes.attributes(), ...leaves.attributes(), ...aggregate })
}

/** The nodes of all trees as lists, as ONNX has them. */
class NodeLists {
  readonly #tree: number[] = []
  readonly #node: number[] = []
  readonly #feature: number[] = []
  readonly #threshold: number[] = []
  readonly #mode: string[] = []
  readonly #left: number[] = []
  readonly #right: number[] = []

  add(tree: number, node: number, { feature, threshold, left, right }: TreeNodes, split: Split): void {
    const isLeaf = feature[node] === -1
    this.#tree.push(tree)
    this.#node.push(node)
    this.#feature.push(isLeaf ? 0 : feature[node]!)
    this.#threshold.push(isLeaf ? 0 : floatThreshold(threshold[node]!, split))
    this.#mode.push(isLeaf ? 'LEAF' : modeOf[split])
    this.#left.push(isLeaf ? 0 : left[node]!)
    this.#right.push(isLeaf ? 0 : right[node]!)
  }

  attributes() {
    return {
      nodes_treeids: { integers: this.#tree },
      nodes_nodeids: { integers: this.#node },
      nodes_featureids: { integers: this.#feature },
      nodes_values: { floats: this.#threshold },
      nodes_modes: { texts: this.#mode },
      nodes_truenodeids: { integers: this.#left },
      nodes_falsenodeids: { integers: this.#right },
    }
  }
}

class LeafLists {
  readonly #tree: number[] = []
  readonly #node: number[] = []
  readonly #target: number[] = []
  readonly #weight: number[] = []

  add(tree: number, node: number, target: number, weight: number): void {
    this.#tree.push(tree)
    this.#node.push(node)
    this.#target.push(target)
    this.#weight.push(weight)
  }

  attributes() {
    return {
      target_treeids: { integers: this.#tree },
      target_nodeids: { integers: this.#node },
      target_ids: { integers: this.#target },
      target_weights: { floats: this.#weight },
    }
  }
}

/** Each node but the root is the child of exactly one, which comes before it: so it is one tree, and ends. */
function requireTree(name: string, tree: TreeNodes, features: number): void {
  const nodes = tree.feature.length
  if (nodes === 0) throw unwritable(`${name} has no nodes`)
  const isChild = new Uint8Array(nodes)
  for (let node = 0; node < nodes; node++) {
    requireWhole(`${name}.feature[${node}]`, tree.feature[node]!, -1, features - 1)
    if (tree.feature[node] === -1) continue
    requireNumber(`${name}.threshold[${node}]`, tree.threshold[node]!)
    for (const side of ['left', 'right'] as const) {
      const child = tree[side][node]!
      requireWhole(`${name}.${side}[${node}]`, child, node + 1, nodes - 1)
      if (isChild[child] === 1) throw unwritable(`${name}.${side}[${node}]: ${child} is a child already`)
      isChild[child] = 1
    }
  }
  const lost = isChild.indexOf(0, 1)
  if (lost !== -1) throw unwritable(`${name}: node ${lost} is the child of none`)
}
