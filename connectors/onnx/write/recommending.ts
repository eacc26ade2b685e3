import type { Graph } from './graph.ts'
import type { Value } from './graph-builder.ts'

/*
 * Scores of items have one column more than there are items, which is -Infinity throughout: what is no item goes
 * there, so that empty places need no branch.
 */

/** Places for items in a row of an input, at most. */
export const slotsMax = 100_000

/** Indexes as rows give them; whatever is none becomes `count`, the index beyond the last. */
export function knownIndexes<T extends 'float32' | 'int64'>(
  graph: Graph,
  given: Value<T>,
  count: number,
): Value<T> {
  const beyond = graph.constant(given.type, [count], [1])
  const isKnown = graph.and(
    graph.atLeast(given, graph.constant(given.type, [0], [1])),
    graph.less(given, beyond),
  )
  return graph.where(isKnown, given, beyond)
}

/** Whether a row has an item among its indexes, in a column. */
export function hasItem(graph: Graph, indexes: Value<'float32'>, items: number): Value<'bool'> {
  return graph.less(graph.rowMinimum(indexes), graph.constant('float32', [items], [1, 1]))
}

/** A matrix with a row of zeros beyond its rows and a column of -Infinity beyond its columns. */
export function paddedMatrix(values: ArrayLike<number>, rows: number, columns: number): Float32Array {
  const padded = new Float32Array((rows + 1) * (columns + 1))
  for (let row = 0; row < rows; row++) {
    const [to, from] = [row * (columns + 1), row * columns]
    for (let column = 0; column < columns; column++) padded[to + column] = values[from + column]!
  }
  for (let row = 0; row <= rows; row++) padded[row * (columns + 1) + columns] = -Infinity
  return padded
}

/** A row of scores with -Infinity behind it. */
export function paddedRow(values: ArrayLike<number>): Float32Array {
  const padded = new Float32Array(values.length + 1).fill(-Infinity)
  padded.set(values)
  return padded
}

export interface TopItems {
  readonly top: number
  /** Indexes of items that are not to be among them. */
  readonly masks: readonly Value<'float32'>[]
}

/** The outputs `items` and `scores`: the best items of each row. */
export function topItems(graph: Graph, scores: Value<'float32'>, { top, masks }: TopItems): void {
  const never = graph.constant('float32', [-Infinity], [1, 1])
  let allowed = scores
  for (const mask of masks) {
    allowed = graph.scatter(allowed, graph.cast(mask, 'int64'), graph.expand(never, mask))
  }
  const { values, indexes } = graph.topK(allowed, top)
  const isNone = graph.equal(values, never)
  const places = graph.cast(indexes, 'float32')
  const [noItem, noScore] = [graph.constant('float32', [-1], [1, 1]), graph.constant('float32', [0], [1, 1])]
  graph.output('items', graph.where(isNone, noItem, places), 'item indexes, the best first; -1 for none')
  graph.output('scores', graph.where(isNone, noScore, values), 'their scores, 0 for none')
}
