import type { Activation, Scaling } from '../../../../../connectors/onnx/write/index.ts'
import {
  exportAutoencoder,
  exportKMeans,
  exportLinearRegression,
  exportLogisticRegression,
  exportMlp,
  exportScaler,
} from '../../../../../connectors/onnx/write/index.ts'
import type { ModelCase, Random, Tensors } from './model-case.ts'
import { argMax, dot, eighths, rowOf, sigmoid, softmax, whole } from './model-case.ts'

const activations: Record<Activation, (sums: number[]) => number[]> = {
  none: sums => sums,
  relu: sums => sums.map(sum => Math.max(0, sum)),
  tanh: sums => sums.map(Math.tanh),
  sigmoid: sums => sums.map(sigmoid),
  softmax,
}

/** Models whose one input is a row of features. */
export function denseCases(random: Random): ModelCase[] {
  const features = whole(random, 1, 6)
  return [
    scaler(random, features),
    linear(random, features),
    logistic(random, features, 1),
    logistic(random, features, whole(random, 2, 5)),
    kMeans(random, features),
    mlp(random, features),
    autoencoder(random, features),
  ]
}

function featureRows(random: Random, features: number) {
  return (rows: number): Tensors => ({ features: eighths(random, rows * features) })
}

/** Scaling keeps eighths exact. */
function someScaling(random: Random, features: number): Scaling | undefined {
  if (random() < 0.5) return undefined
  return {
    mean: eighths(random, features),
    scale: Float32Array.from({ length: features }, () => 2 ** whole(random, -2, 2)),
  }
}

function scaledRow({ features }: Tensors, row: number, size: number, scaling?: Scaling): number[] {
  const values = rowOf(features!, row, size)
  if (scaling === undefined) return values
  return values.map((value, index) => (value - scaling.mean[index]!) / scaling.scale[index]!)
}

function scaler(random: Random, features: number): ModelCase {
  const scaling = {
    mean: Float64Array.from({ length: features }, () => random() * 10 - 5),
    scale: Float64Array.from({ length: features }, () => 0.1 + random()),
  }
  return {
    name: 'scaler',
    model: exportScaler(scaling),
    inputs: featureRows(random, features),
    expected: (inputs, row) => ({ scaled: scaledRow(inputs, row, features, scaling) }),
  }
}

function linear(random: Random, features: number): ModelCase {
  const coefficients = eighths(random, features)
  const intercept = random()
  const scaling = someScaling(random, features)
  return {
    name: 'linear regression',
    model: exportLinearRegression({ coefficients, intercept, ...(scaling && { scaling }) }),
    inputs: featureRows(random, features),
    expected: (inputs, row) => ({
      prediction: dot(scaledRow(inputs, row, features, scaling), [...coefficients]) + intercept,
    }),
  }
}

function logistic(random: Random, features: number, rows: number): ModelCase {
  const coefficients = eighths(random, rows * features)
  const intercepts = eighths(random, rows)
  const scaling = someScaling(random, features)
  return {
    name: rows === 1 ? 'logistic regression' : 'softmax regression',
    model: exportLogisticRegression({ features, coefficients, intercepts, ...(scaling && { scaling }) }),
    inputs: featureRows(random, features),
    expected(inputs, row) {
      const x = scaledRow(inputs, row, features, scaling)
      const scores = [...intercepts].map(
        (intercept, at) => dot(x, rowOf(coefficients, at, features)) + intercept,
      )
      if (rows === 1) return { probability: sigmoid(scores[0]!), label: scores[0]! >= 0 ? 1 : 0 }
      return { probabilities: softmax(scores), label: argMax(scores) }
    },
  }
}

function kMeans(random: Random, features: number): ModelCase {
  const count = whole(random, 1, 6)
  const centres = eighths(random, count * features)
  const scaling = someScaling(random, features)
  return {
    name: 'k-means',
    model: exportKMeans({ features, centres, ...(scaling && { scaling }) }),
    inputs: featureRows(random, features),
    expected(inputs, row) {
      const x = scaledRow(inputs, row, features, scaling)
      const distances = Array.from({ length: count }, (_, centre) =>
        Math.hypot(...rowOf(centres, centre, features).map((value, index) => value - x[index]!)),
      )
      const distance = Math.min(...distances)
      return { distances, distance, centre: distances.findIndex(other => other - distance < 1e-9) }
    },
  }
}

interface Layer {
  readonly weights: Float32Array
  readonly bias: Float32Array
  readonly activation: Activation
}

function layer(random: Random, inputs: number, outputs: number, activation?: Activation): Layer {
  const names = Object.keys(activations) as Activation[]
  return {
    weights: eighths(random, inputs * outputs),
    bias: eighths(random, outputs),
    activation: activation ?? names[whole(random, 0, names.length - 1)]!,
  }
}

function forward(layers: readonly Layer[], x: number[]): number[] {
  return layers.reduce((values, { weights, bias, activation }) => {
    const sums = [...bias].map((start, output) =>
      values.reduce((sum, value, input) => sum + value * weights[input * bias.length + output]!, start),
    )
    return activations[activation](sums)
  }, x)
}

function mlp(random: Random, features: number): ModelCase {
  const [hidden, outputs] = [whole(random, 1, 8), whole(random, 1, 4)]
  const layers = [layer(random, features, hidden), layer(random, hidden, outputs)]
  const scaling = someScaling(random, features)
  return {
    name: 'mlp',
    model: exportMlp({ features, layers, ...(scaling && { scaling }) }),
    inputs: featureRows(random, features),
    expected: (inputs, row) => ({ output: forward(layers, scaledRow(inputs, row, features, scaling)) }),
  }
}

function autoencoder(random: Random, features: number): ModelCase {
  const hidden = whole(random, 1, 3)
  const layers = [layer(random, features, hidden, 'tanh'), layer(random, hidden, features, 'none')]
  const scaling = someScaling(random, features)
  return {
    name: 'autoencoder',
    model: exportAutoencoder({ features, layers, ...(scaling && { scaling }) }),
    inputs: featureRows(random, features),
    expected(inputs, row) {
      const x = scaledRow(inputs, row, features, scaling)
      const again = forward(layers, x)
      const errors = x.map((value, index) => (value - again[index]!) ** 2)
      return { errors, score: errors.reduce((sum, error) => sum + error, 0) / features }
    },
  }
}
