import { probabilityOutputs } from './classes.ts'
import type { Scaling } from './features.ts'
import { featuresInput } from './features.ts'
import { Graph } from './graph.ts'
import type { OnnxExport } from './graph-builder.ts'
import { transposed } from './matrices.ts'
import { requireNumbers, requireWhole } from './parameters.ts'

export interface LogisticRegressionParameters {
  readonly features: number
  /** [classes, features] row by row; one row for two classes, with the coefficients of class 1. */
  readonly coefficients: ArrayLike<number>
  /** An element a row of the coefficients. */
  readonly intercepts: ArrayLike<number>
  readonly scaling?: Scaling
}

/**
 * Rows `features` [N, features] to `label` [N, 1] and, of two classes, `probability` [N, 1] of class 1 by the
 * logistic function; of more, `probabilities` [N, classes] by softmax.
 */
export function exportLogisticRegression(parameters: LogisticRegressionParameters): OnnxExport {
  const { features, coefficients, intercepts, scaling } = parameters
  const rows = intercepts.length
  requireWhole('the number of intercepts', rows, 1, coefficients.length)
  requireNumbers('intercepts', intercepts, rows)
  requireNumbers('coefficients', coefficients, rows * features)
  const graph = new Graph('logistic_regression')
  const x = featuresInput(graph, features, scaling)
  const weights = graph.constant('float32', transposed(coefficients, rows, features), [features, rows])
  const scores = graph.gemm(x, weights, graph.constant('float32', intercepts, [rows]))
  probabilityOutputs(graph, rows === 1 ? graph.sigmoid(scores) : graph.softmax(scores))
  return graph.finish()
}
