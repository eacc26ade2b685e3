import { averagePathLength } from '../connectors/onnx/write/index.ts'
import type { ForestTree, IsolationForest } from './isolation-forest.ts'
import type { Matrix } from './matrix.ts'

/** Rows that go through one tree before the next: few enough for the cache to hold them. */
const BLOCK_ROWS = 1024
/** Rows that go through a tree side by side, so that the processor waits for four loads at once, not for one. */
const LANES = 4

/** From 0 to 1 for each row: near a half for ordinary ones, the nearer to 1 the fewer cuts isolate it. */
export function forestScores(forest: IsolationForest, data: Matrix): Float32Array {
  const { rows, columns } = data
  const full = new FullTrees(forest)
  const scale = -1 / (forest.trees.length * averagePathLength(forest.sampleSize))
  const scores = new Float32Array(rows)
  const paths = new Float64Array(BLOCK_ROWS)
  const block = new Float32Array(BLOCK_ROWS * columns)
  for (let from = 0; from < rows; from += BLOCK_ROWS) {
    const count = Math.min(BLOCK_ROWS, rows - from)
    block.set(data.values.subarray(from * columns, (from + count) * columns))
    paths.fill(0)
    for (let tree = 0; tree < forest.trees.length; tree++) full.addPaths(tree, block, columns, paths)
    for (let k = 0; k < count; k++) scores[from + k] = 2 ** (paths[k] * scale)
  }
  return scores
}

/**
 * The trees with every branch drawn out to the full depth, so that a row's way is a fixed number of steps without
 * a jump: the children of node i are 2i and 2i + 1, and node 1 is the root.
 */
class FullTrees {
  private readonly depth: number
  private readonly feature: Int32Array
  private readonly threshold: Float32Array
  private readonly pathLength: Float32Array

  constructor(forest: IsolationForest) {
    const { depth, trees } = forest
    this.depth = depth
    this.feature = new Int32Array(trees.length << depth)
    this.threshold = new Float32Array(trees.length << depth)
    this.pathLength = new Float32Array(trees.length << depth)
    trees.forEach((tree, index) => {
      this.draw(tree, index << depth, 0, 1)
    })
  }

  /** Adds each row's path through one tree. */
  addPaths(tree: number, block: Float32Array, columns: number, paths: Float64Array): void {
    const { depth, feature, threshold, pathLength } = this
    const base = tree << depth
    const leaves = base - (1 << depth)
    for (let row = 0; row < BLOCK_ROWS; row += LANES) {
      const a = row * columns
      const b = a + columns
      const c = b + columns
      const d = c + columns
      let i = 1
      let j = 1
      let k = 1
      let l = 1
      for (let step = 0; step < depth; step++) {
        i = (i << 1) | +(block[a + feature[base + i]] > threshold[base + i])
        j = (j << 1) | +(block[b + feature[base + j]] > threshold[base + j])
        k = (k << 1) | +(block[c + feature[base + k]] > threshold[base + k])
        l = (l << 1) | +(block[d + feature[base + l]] > threshold[base + l])
      }
      paths[row] += pathLength[leaves + i]
      paths[row + 1] += pathLength[leaves + j]
      paths[row + 2] += pathLength[leaves + k]
      paths[row + 3] += pathLength[leaves + l]
    }
  }

  /** A leaf that comes early goes on to the left, for nothing is above infinity, with its path at the end. */
  private draw(tree: ForestTree, base: number, node: number, place: number): void {
    if (place >> this.depth === 1) {
      this.pathLength[base + place - (1 << this.depth)] = tree.pathLength[node]
      return
    }
    const isLeaf = tree.feature[node] < 0
    this.feature[base + place] = isLeaf ? 0 : tree.feature[node]
    this.threshold[base + place] = isLeaf ? Number.POSITIVE_INFINITY : tree.threshold[node]
    this.draw(tree, base, isLeaf ? node : tree.left[node], 2 * place)
    this.draw(tree, base, isLeaf ? node : tree.right[node], 2 * place + 1)
  }
}
