import type { DenseLayer } from './dense-layers.ts'
import { denseLayers } from './dense-layers.ts'
import type { Scaling } from './features.ts'
import { featuresInput } from './features.ts'
import { Graph } from './graph.ts'
import type { OnnxExport } from './graph-builder.ts'
import { unwritable } from './parameters.ts'

export interface AutoencoderParameters {
  readonly features: number
  /** The last one gives the features again, scaled if there is a scaling. */
  readonly layers: readonly DenseLayer[]
  readonly scaling?: Scaling
}

/**
 * Rows `features` [N, features] to `errors` [N, features], by how much each of them, scaled, is given back
 * otherwise, squared; and `score` [N, 1], their mean.
 */
export function exportAutoencoder({ features, layers, scaling }: AutoencoderParameters): OnnxExport {
  const graph = new Graph('autoencoder')
  const x = featuresInput(graph, features, scaling)
  const again = denseLayers(graph, x, layers)
  if (again.shape[1] !== features) {
    throw unwritable(`the last layer gives ${again.shape[1]} numbers, not the ${features} features`)
  }
  const apart = graph.subtract(x, again)
  const errors = graph.multiply(apart, apart)
  graph.output('score', graph.rowMean(errors), 'mean squared error')
  graph.output('errors', errors, 'squared error of each feature')
  return graph.finish()
}
