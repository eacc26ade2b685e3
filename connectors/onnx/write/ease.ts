import { Graph } from './graph.ts'
import type { OnnxExport } from './graph-builder.ts'
import { requireNumbers, requireWhole } from './parameters.ts'
import { hasItem, knownIndexes, paddedMatrix, paddedRow, slotsMax, topItems } from './recommending.ts'

/** With more, the weights do not fit into a file of ONNX. */
const itemsMax = 23_000

export interface EaseParameters {
  readonly items: number
  /** What an item that was seen says for another: the row is the one that was seen, [items, items] row by row. */
  readonly weights: ArrayLike<number>
  /** How many recent items a row has room for. */
  readonly recent: number
  /** How many items are recommended. */
  readonly top: number
  /** Scores for rows without a recent item that the model knows, an element an item. */
  readonly popularity?: ArrayLike<number>
  /** Whether recent items may be recommended again. Default: no. */
  readonly repeat?: boolean
  /** An input `exclude` [N, exclude] beside: indexes of items that are not to be recommended, -1 for none. */
  readonly exclude?: number
  /** An input `boost` [N, items] beside: added to the scores. Default: no. */
  readonly boost?: boolean
}

/**
 * Rows `recent` [N, recent] to `items` [N, top] and `scores` [N, top], the best first. Items are indexes; -1, and
 * any other number that is no item's, is an empty place in `recent`. Where less than `top` items are left, `items`
 * ends with -1 and `scores` with 0. An item that is there twice counts twice.
 */
export function exportEase(parameters: EaseParameters): OnnxExport {
  requireEase(parameters)
  const { items, weights, recent, top, popularity, repeat = false, exclude = 0, boost = false } = parameters
  const graph = new Graph('ease')
  const given = graph.input('recent', 'float32', ['rows', recent], 'indexes of recent items, -1 for none')
  const known = knownIndexes(graph, given, items)
  const matrix = graph.constant('float32', paddedMatrix(weights, items, items), [items + 1, items + 1])
  let scores = graph.reduceSum(graph.gather(matrix, graph.cast(known, 'int64')), 1)
  if (popularity !== undefined) {
    const cold = graph.constant('float32', paddedRow(popularity), [1, items + 1])
    scores = graph.where(hasItem(graph, known, items), scores, cold)
  }
  if (boost) {
    const more = graph.input('boost', 'float32', ['rows', items], 'added to the scores; -Infinity excludes')
    scores = graph.add(scores, graph.padColumn(more))
  }
  const masks = repeat ? [] : [known]
  if (exclude > 0) {
    const excluded = graph.input('exclude', 'float32', ['rows', exclude], 'indexes of items to leave out')
    masks.push(knownIndexes(graph, excluded, items))
  }
  topItems(graph, scores, { top, masks })
  return graph.finish()
}

function requireEase({ items, weights, recent, top, popularity, exclude = 0 }: EaseParameters): void {
  requireWhole('items', items, 1, itemsMax)
  requireWhole('recent', recent, 1, slotsMax)
  requireWhole('exclude', exclude, 0, slotsMax)
  requireWhole('top', top, 1, items)
  requireNumbers('weights', weights, items * items)
  if (popularity !== undefined) requireNumbers('popularity', popularity, items)
}
