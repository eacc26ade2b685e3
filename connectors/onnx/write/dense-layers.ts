import type { Graph } from './graph.ts'
import type { Value } from './graph-builder.ts'
import { requireNumbers, requireOneOf, requireWhole, unwritable } from './parameters.ts'

const activations = ['none', 'relu', 'tanh', 'sigmoid', 'softmax'] as const

export type Activation = (typeof activations)[number]

export interface DenseLayer {
  /** [inputs, outputs] row by row. */
  readonly weights: ArrayLike<number>
  /** An element an output. */
  readonly bias: ArrayLike<number>
  /** Default: none. */
  readonly activation?: Activation
}

/** Each layer takes what the one before gives. */
export function denseLayers(
  graph: Graph,
  x: Value<'float32'>,
  layers: readonly DenseLayer[],
): Value<'float32'> {
  if (layers.length === 0) throw unwritable('there are no layers')
  let value = x
  for (const [index, { weights, bias, activation = 'none' }] of layers.entries()) {
    const [inputs, outputs] = [value.shape[1] as number, bias.length]
    const name = `layers[${index}]`
    requireWhole(`the size of ${name}.bias`, outputs, 1, weights.length)
    requireNumbers(`${name}.bias`, bias, outputs)
    requireNumbers(`${name}.weights`, weights, inputs * outputs)
    requireOneOf(`${name}.activation`, activation, activations)
    const sums = graph.gemm(
      value,
      graph.constant('float32', weights, [inputs, outputs]),
      graph.constant('float32', bias, [outputs]),
    )
    value = activation === 'none' ? sums : graph[activation](sums)
  }
  return value
}
