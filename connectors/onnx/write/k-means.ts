import type { Scaling } from './features.ts'
import { featuresInput } from './features.ts'
import { Graph } from './graph.ts'
import type { OnnxExport } from './graph-builder.ts'
import { requireNumbers, requireWhole } from './parameters.ts'

export interface KMeansParameters {
  readonly features: number
  /** [centres, features] row by row; of scaled features, if there is a scaling. */
  readonly centres: ArrayLike<number>
  readonly scaling?: Scaling
}

/**
 * Rows `features` [N, features] to `centre` [N, 1], the index of the nearest, `distance` [N, 1] to it, and
 * `distances` [N, centres] to all of them, which are Euclidean.
 */
export function exportKMeans({ features, centres, scaling }: KMeansParameters): OnnxExport {
  const graph = new Graph('k_means')
  const x = featuresInput(graph, features, scaling)
  const count = centres.length / features
  requireWhole('the number of centres', count, 1, centres.length)
  requireNumbers('centres', centres, centres.length)
  // By differences, as the shorter way by products loses the digits of what is near.
  const apart = graph.subtract(
    graph.unsqueeze(x, 1),
    graph.constant('float32', centres, [1, count, features]),
  )
  const distances = graph.sqrt(graph.reduceSum(graph.multiply(apart, apart), 2))
  graph.output('centre', graph.argMin(distances), 'index of the nearest centre')
  graph.output('distance', graph.rowMinimum(distances), 'to the nearest centre')
  graph.output('distances', distances, 'to each centre')
  return graph.finish()
}
