import { Graph } from './graph.ts'
import type { OnnxExport, Value } from './graph-builder.ts'
import { transposed } from './matrices.ts'
import { requireNumbers, requireWhole } from './parameters.ts'
import { knownIndexes, paddedRow, slotsMax, topItems } from './recommending.ts'

export interface MatrixFactorisationParameters {
  readonly factors: number
  readonly items: number
  /** [items, factors] row by row. */
  readonly itemFactors: ArrayLike<number>
  /** Added to the scores of an item, an element an item. Default: 0. */
  readonly itemBias?: ArrayLike<number>
  /** The users that the model knows, by index. Without them, rows bring the factors of their user. */
  readonly users?: {
    readonly count: number
    /** [count, factors] row by row. */
    readonly factors: ArrayLike<number>
  }
  /** How many seen items a row has room for. Default: none. */
  readonly seen?: number
  /** How many items are recommended. */
  readonly top: number
}

/**
 * Rows `user` [N], an index, or [N, factors], and `seen` [N, seen] to `items` [N, top] and `scores` [N, top], as EASE
 * has them. For a user that the model does not know, the items' bias is what counts.
 */
export function exportMatrixFactorisation(parameters: MatrixFactorisationParameters): OnnxExport {
  const { factors, items, itemFactors, itemBias, users, seen = 0, top } = parameters
  requireWhole('factors', factors, 1, factorsMax)
  requireWhole('items', items, 1, floatIndexesMax)
  requireWhole('top', top, 1, items)
  requireWhole('seen', seen, 0, slotsMax)
  requireNumbers('itemFactors', itemFactors, items * factors)
  const bias = itemBias ?? new Float32Array(items)
  requireNumbers('itemBias', bias, items)
  const graph = new Graph('matrix_factorisation')
  const user = userInput(graph, factors, users)
  const beyond = new Float32Array((items + 1) * factors)
  beyond.set(itemFactors)
  const weights = graph.constant('float32', transposed(beyond, items + 1, factors), [factors, items + 1])
  const scores = graph.gemm(user, weights, graph.constant('float32', paddedRow(bias), [items + 1]))
  const masks: Value<'float32'>[] = []
  if (seen > 0) {
    const given = graph.input('seen', 'float32', ['rows', seen], 'indexes of seen items, -1 for none')
    masks.push(knownIndexes(graph, given, items))
  }
  topItems(graph, scores, { top, masks })
  return graph.finish()
}

function userInput(
  graph: Graph,
  factors: number,
  users: MatrixFactorisationParameters['users'],
): Value<'float32'> {
  if (users === undefined) return graph.input('user', 'float32', ['rows', factors], "the user's factors")
  requireWhole('users.count', users.count, 1, usersMax)
  requireNumbers('users.factors', users.factors, users.count * factors)
  const withUnknown = new Float32Array((users.count + 1) * factors)
  withUnknown.set(users.factors)
  const given = graph.input('user', 'int64', ['rows'], 'index of the user, -1 for an unknown one')
  const matrix = graph.constant('float32', withUnknown, [users.count + 1, factors])
  return graph.gather(matrix, knownIndexes(graph, given, users.count))
}

const factorsMax = 100_000
/** Whole numbers up to this are exact in 32 bits. */
const floatIndexesMax = 2 ** 24
const usersMax = 2 ** 31 - 1
