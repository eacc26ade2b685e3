import type { Graph } from './graph.ts'
import type { Value } from './graph-builder.ts'
import { requireNumbers, requireWhole, unwritable } from './parameters.ts'

/** What is done to each feature first: less its mean, over its scale. An element a feature. */
export interface Scaling {
  readonly mean: ArrayLike<number>
  /** Mostly the standard deviation. */
  readonly scale: ArrayLike<number>
}

/** The input `features` that most models have, scaled if the model is for scaled features. */
export function featuresInput(graph: Graph, features: number, scaling?: Scaling): Value<'float32'> {
  requireWhole('features', features, 1, featuresMax)
  const x = graph.input('features', 'float32', ['rows', features], 'a row of features')
  return scaling === undefined ? x : scaled(graph, x, features, scaling)
}

export function scaled(
  graph: Graph,
  x: Value<'float32'>,
  features: number,
  { mean, scale }: Scaling,
): Value<'float32'> {
  requireNumbers('mean', mean, features)
  requireNumbers('scale', scale, features)
  const zero = Array.from(scale).findIndex(value => Math.fround(value) === 0)
  if (zero !== -1) throw unwritable(`scale[${zero}] is 0`)
  const less = graph.subtract(x, graph.constant('float32', mean, [1, features]))
  return graph.divide(less, graph.constant('float32', scale, [1, features]))
}

const featuresMax = 1_000_000
