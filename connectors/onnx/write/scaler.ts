import type { Scaling } from './features.ts'
import { featuresInput } from './features.ts'
import { Graph } from './graph.ts'
import type { OnnxExport } from './graph-builder.ts'

/** Rows `features` [N, features] to `scaled` [N, features]: each less its mean, over its scale. */
export function exportScaler(scaling: Scaling): OnnxExport {
  const graph = new Graph('scaler')
  graph.output('scaled', featuresInput(graph, scaling.mean.length, scaling), 'the features, scaled')
  return graph.finish()
}
