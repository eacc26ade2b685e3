import type { DenseLayer } from './dense-layers.ts'
import { denseLayers } from './dense-layers.ts'
import type { Scaling } from './features.ts'
import { featuresInput } from './features.ts'
import { Graph } from './graph.ts'
import type { OnnxExport } from './graph-builder.ts'

export interface MlpParameters {
  readonly features: number
  readonly layers: readonly DenseLayer[]
  readonly scaling?: Scaling
}

/** Rows `features` [N, features] to `output` [N, outputs of the last layer]. */
export function exportMlp({ features, layers, scaling }: MlpParameters): OnnxExport {
  const graph = new Graph('mlp')
  const output = denseLayers(graph, featuresInput(graph, features, scaling), layers)
  graph.output('output', output, 'what the last layer gives')
  return graph.finish()
}
