import type { Attribute } from './messages.ts'
import { requireNumbers, requireWhole, unwritable } from './parameters.ts'

/** A binary tree, node 0 its root: an element of each list is a node. */
export interface TreeNodes {
  /** The feature that a node splits on; -1 for a leaf. */
  readonly feature: ArrayLike<number>
  /** Where it splits; of no account for a leaf. NaN is never on the left. */
  readonly threshold: ArrayLike<number>
  /** The node for values on the left of the threshold; of no account for a leaf. */
  readonly left: ArrayLike<number>
  readonly right: ArrayLike<number>
}

/** Which values go left: `<=` is the custom of scikit-learn and LightGBM, `<` that of XGBoost. */
export type Split = '<=' | '<'

/** One target of a leaf, and what it adds to it. */
export interface LeafWeight {
  readonly target: number
  readonly weight: number
}

export interface Ensemble<T extends TreeNodes> {
  readonly features: number
  readonly split: Split
  readonly trees: readonly T[]
  readonly combine: 'sum' | 'average'
  /** What a leaf counts for. */
  leaf(tree: T, node: number, treeIndex: number): Iterable<LeafWeight>
}

const nodesMax = 2 ** 31 - 1

/** The attributes of TreeEnsembleRegressor. */
export function treeAttributes<T extends TreeNodes>(ensemble: Ensemble<T>): Record<string, Attribute> {
  const { trees, features, split, combine } = ensemble
  requireWhole('features', features, 1, nodesMax)
  if (trees.length === 0) throw unwritable('there are no trees')
  const nodes = { tree: [], node: [], feature: [], threshold: [], left: [], right: [] } as Lists
  const modes: string[] = []
  const leaves = { tree: [], node: [], target: [], weight: [] } as Lists
  for (const [treeIndex, tree] of trees.entries()) {
    requireTree(`trees[${treeIndex}]`, tree, features)
    for (let node = 0; node < tree.feature.length; node++) {
      const isLeaf = tree.feature[node] === -1
      nodes.tree.push(treeIndex)
      nodes.node.push(node)
      nodes.feature.push(isLeaf ? 0 : tree.feature[node]!)
      nodes.threshold.push(isLeaf ? 0 : floatThreshold(tree.threshold[node]!, split))
      nodes.left.push(isLeaf ? 0 : tree.left[node]!)
      nodes.right.push(isLeaf ? 0 : tree.right[node]!)
      modes.push(isLeaf ? 'LEAF' : split === '<=' ? 'BRANCH_LEQ' : 'BRANCH_LT')
      if (!isLeaf) continue
      for (const { target, weight } of ensemble.leaf(tree, node, treeIndex)) {
        leaves.tree.push(treeIndex)
        leaves.node.push(node)
        leaves.target.push(target)
        leaves.weight.push(weight)
      }
    }
  }
  return {
    nodes_treeids: { integers: nodes.tree },
    nodes_nodeids: { integers: nodes.node },
    nodes_featureids: { integers: nodes.feature },
    nodes_values: { floats: nodes.threshold },
    nodes_modes: { texts: modes },
    nodes_truenodeids: { integers: nodes.left },
    nodes_falsenodeids: { integers: nodes.right },
    target_treeids: { integers: leaves.tree },
    target_nodeids: { integers: leaves.node },
    target_ids: { integers: leaves.target },
    target_weights: { floats: leaves.weight },
    aggregate_function: { text: combine === 'sum' ? 'SUM' : 'AVERAGE' },
  }
}

interface Lists {
  readonly [name: string]: number[]
}

/** Each node but the root is the child of one node, which comes before it: so it is a tree, and ends. */
function requireTree(name: string, tree: TreeNodes, features: number): void {
  const nodes = tree.feature.length
  if (nodes === 0) throw unwritable(`${name} has no nodes`)
  for (const list of ['threshold', 'left', 'right'] as const) {
    if (tree[list].length === nodes) continue
    throw unwritable(`${name}.${list} has ${tree[list].length} elements, and feature has ${nodes}`)
  }
  const isChild = new Uint8Array(nodes)
  for (let node = 0; node < nodes; node++) {
    const place = `${name}.feature[${node}]`
    requireWhole(place, tree.feature[node]!, -1, features - 1)
    if (tree.feature[node] === -1) continue
    requireNumbers(`${name}.threshold`, [tree.threshold[node]!], 1)
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

/**
 * The threshold in 32 bits that splits all numbers of 32 bits as the one of 64 bits does: the next one below
 * it, or above it for `<`.
 */
export function floatThreshold(threshold: number, split: Split): number {
  const nearest = Math.fround(threshold)
  if (split === '<=') return nearest > threshold ? neighbour(nearest, -1) : nearest
  return nearest < threshold ? neighbour(nearest, 1) : nearest
}

/** The next number of 32 bits in a direction. */
function neighbour(float: number, direction: 1 | -1): number {
  const view = new DataView(new ArrayBuffer(4))
  if (float === 0) {
    view.setInt32(0, 1)
    return direction * view.getFloat32(0)
  }
  view.setFloat32(0, float)
  view.setInt32(0, view.getInt32(0) + (float > 0 ? direction : -direction))
  return view.getFloat32(0)
}
