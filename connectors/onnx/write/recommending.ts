import type { Graph } from './graph.ts'
import type { Value } from './graph-builder.ts'

/*
 * Scores of items have one column more than there are items, which is -Infinity throughout: what is no item goes
 * there, so that empty places need no branch.
 */

export interface ItemIndexes {
  readonly indexes: Value<'int64'>
  /** Whether there is an item in the row, in a column. */
  readonly isAny: Value<'bool'>
}

/** Item indexes as rows give them; whatever is none becomes that of the column beyond the items. */
export function itemIndexes(graph: Graph, given: Value<'float32'>, items: number): ItemIndexes {
  const first = graph.constant('float32', [0], [1, 1])
  const beyond = graph.constant('float32', [items], [1, 1])
  const isItem = graph.and(graph.atLeast(given, first), graph.less(given, beyond))
  const places = graph.where(isItem, given, beyond)
  return { indexes: graph.cast(places, 'int64'), isAny: graph.less(graph.rowMinimum(places), beyond) }
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
  return Float32Array.from([...Array.from(values), -Infinity])
}

export interface TopItems {
  readonly top: number
  /** Indexes of items that are not to be among them. */
  readonly masks: readonly Value<'int64'>[]
}

/** The outputs `items` and `scores` of the best items of each row. */
export function topItems(graph: Graph, scores: Value<'float32'>, { top, masks }: TopItems): void {
  const never = graph.constant('float32', [-Infinity], [1, 1])
  let left = scores
  for (const mask of masks) left = graph.scatter(left, mask, graph.expand(never, mask))
  const { values, indexes } = graph.topK(left, top)
  const isNone = graph.equal(values, never)
  const none = graph.constant('float32', [-1], [1, 1])
  const zero = graph.constant('float32', [0], [1, 1])
  graph.output(
    'items',
    graph.where(isNone, none, graph.cast(indexes, 'float32')),
    'item indexes, -1 for none',
  )
  graph.output('scores', graph.where(isNone, zero, values), 'their scores, 0 for none')
}
