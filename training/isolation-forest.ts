import type { IsolationForestParameters, IsolationTree } from '../connectors/onnx/write/index.ts'
import { averagePathLength } from '../connectors/onnx/write/index.ts'
import { HeadraceError } from '../engine/errors.ts'
import type { Matrix } from './matrix.ts'
import { SeededRandom } from './random.ts'

const LEAF = -1

export interface ForestOptions {
  readonly trees?: number
  /** Rows that each tree is grown from. */
  readonly sampleSize?: number
  readonly seed: number
}

/** A tree in flat arrays, as ONNX takes it: thresholds and path lengths are exact as float32. */
export interface ForestTree extends IsolationTree {
  readonly feature: Int32Array
  readonly threshold: Float32Array
  readonly left: Int32Array
  readonly right: Int32Array
  readonly pathLength: Float32Array
}

export interface IsolationForest extends IsolationForestParameters {
  readonly trees: readonly ForestTree[]
  /** The deepest that a leaf can be. */
  readonly depth: number
}

/** Isolation forest (Liu, Ting, Zhou 2008): what few random cuts set apart from the other rows is unlike them. */
export function growForest(data: Matrix, options: ForestOptions): IsolationForest {
  const { trees = 100, seed } = options
  const sampleSize = Math.min(options.sampleSize ?? 256, data.rows)
  if (sampleSize < 2) {
    throw new HeadraceError('HR_TRAINING_DATA', `a forest needs 2 rows to grow from; there are ${data.rows}`)
  }
  const depth = Math.ceil(Math.log2(sampleSize))
  const random = new SeededRandom(seed)
  const order = random.permutation(data.rows)
  const grow = () => new Growth(data, order, sampleSize, depth, random).tree()
  return { features: data.columns, sampleSize, depth, trees: Array.from({ length: trees }, grow) }
}

/** One tree while it grows. */
class Growth {
  private readonly data: Matrix
  private readonly order: Int32Array
  private readonly sampleSize: number
  private readonly depth: number
  private readonly random: SeededRandom
  private readonly feature: Int32Array
  private readonly threshold: Float32Array
  private readonly left: Int32Array
  private readonly right: Int32Array
  private readonly pathLength: Float32Array
  private count = 0

  constructor(data: Matrix, order: Int32Array, sampleSize: number, depth: number, random: SeededRandom) {
    this.data = data
    this.order = order
    this.sampleSize = sampleSize
    this.depth = depth
    this.random = random
    const nodesMost = 2 * sampleSize - 1
    this.feature = new Int32Array(nodesMost)
    this.threshold = new Float32Array(nodesMost)
    this.left = new Int32Array(nodesMost)
    this.right = new Int32Array(nodesMost)
    this.pathLength = new Float32Array(nodesMost)
  }

  tree(): ForestTree {
    const { order, random, sampleSize } = this
    for (let k = 0; k < sampleSize; k++) this.swap(k, k + random.below(order.length - k))
    this.grow(0, sampleSize, 0)
    return {
      feature: this.feature.slice(0, this.count),
      threshold: this.threshold.slice(0, this.count),
      left: this.left.slice(0, this.count),
      right: this.right.slice(0, this.count),
      pathLength: this.pathLength.slice(0, this.count),
    }
  }

  /** The node of the rows `order[from..to)`. */
  private grow(from: number, to: number, level: number): number {
    const node = this.count++
    const feature = level < this.depth && to - from > 1 ? this.splittable(from, to) : undefined
    if (feature === undefined) {
      this.feature[node] = LEAF
      this.pathLength[node] = level + averagePathLength(to - from)
      return node
    }
    const [low, high] = this.range(feature, from, to)
    const drawn = Math.fround(low + this.random.next() * (high - low))
    const threshold = drawn < high ? drawn : low
    const middle = this.part(feature, threshold, from, to)
    this.feature[node] = feature
    this.threshold[node] = threshold
    this.left[node] = this.grow(from, middle, level + 1)
    this.right[node] = this.grow(middle, to, level + 1)
    return node
  }

  /** A feature of chance among those in which the rows differ; undefined where they are all alike. */
  private splittable(from: number, to: number): number | undefined {
    const { columns } = this.data
    const first = this.random.below(columns)
    for (let turn = 0; turn < columns; turn++) {
      const feature = (first + turn) % columns
      const [low, high] = this.range(feature, from, to)
      if (low < high) return feature
    }
    return undefined
  }

  private range(feature: number, from: number, to: number): [low: number, high: number] {
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
    for (let k = from; k < to; k++) {
      const value = this.value(k, feature)
      if (value < low) low = value
      if (value > high) high = value
    }
    return [low, high]
  }

  /** Brings the rows up to the threshold before the others; gives where those begin. */
  private part(feature: number, threshold: number, from: number, to: number): number {
    let middle = from
    for (let k = from; k < to; k++) {
      if (this.value(k, feature) <= threshold) this.swap(k, middle++)
    }
    return middle
  }

  private value(place: number, feature: number): number {
    const { columns, values } = this.data
    return values[this.order[place] * columns + feature]
  }

  private swap(a: number, b: number): void {
    const { order } = this
    const kept = order[a]
    order[a] = order[b]
    order[b] = kept
  }
}
