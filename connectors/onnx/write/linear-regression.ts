import type { Scaling } from './features.ts'
import { featuresInput } from './features.ts'
import { Graph } from './graph.ts'
import type { OnnxExport } from './graph-builder.ts'
import { requireNumber, requireNumbers } from './parameters.ts'

export interface LinearRegressionParameters {
  /** An element a feature. */
  readonly coefficients: ArrayLike<number>
  readonly intercept: number
  readonly scaling?: Scaling
}

/** Rows `features` [N, features] to `prediction` [N, 1]. */
export function exportLinearRegression(parameters: LinearRegressionParameters): OnnxExport {
  const { coefficients, intercept, scaling } = parameters
  const features = coefficients.length
  requireNumbers('coefficients', coefficients, features)
  requireNumber('intercept', intercept)
  const graph = new Graph('linear_regression')
  const x = featuresInput(graph, features, scaling)
  const weights = graph.constant('float32', coefficients, [features, 1])
  const bias = graph.constant('float32', [intercept], [1])
  graph.output('prediction', graph.gemm(x, weights, bias), 'what is predicted')
  return graph.finish()
}
