import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { OnnxExport } from '../../../../connectors/onnx/write/index.ts'
import {
  exportAutoencoder,
  exportEase,
  exportIsolationForest,
  exportKMeans,
  exportLogisticRegression,
  exportMatrixFactorisation,
  exportMlp,
} from '../../../../connectors/onnx/write/index.ts'
import { seed } from '../../../support/property.ts'
import { randomFrom } from '../../../support/random.ts'
import { RunningModel } from '../../../support/run-model.ts'

const random = randomFrom(seed)
const rows = 131
const features = 37
const items = 200

const numbers = (length: number) => Float32Array.from({ length }, () => random() * 2 - 1)
const someItems = (length: number) => Float32Array.from({ length }, () => Math.floor(random() * items))
const layer = (inputs: number, outputs: number, activation: 'tanh' | 'softmax' | 'none') => ({
  weights: numbers(inputs * outputs),
  bias: numbers(outputs),
  activation,
})

/** A complete tree of a depth of 5. */
function tree() {
  const nodes = Array.from({ length: 63 }, (_, node) => node)
  return {
    feature: nodes.map(node => (node < 31 ? Math.floor(random() * features) : -1)),
    threshold: numbers(63),
    left: nodes.map(node => 2 * node + 1),
    right: nodes.map(node => 2 * node + 2),
    pathLength: nodes.map(() => 5 + random()),
  }
}

/** Of weights that no sum is exact with. */
const models: Record<string, OnnxExport> = {
  'softmax regression': exportLogisticRegression({
    features,
    coefficients: numbers(features * 5),
    intercepts: numbers(5),
  }),
  'isolation forest': exportIsolationForest({
    features,
    sampleSize: 64,
    trees: Array.from({ length: 50 }, tree),
  }),
  'k-means': exportKMeans({ features, centres: numbers(features * 7) }),
  mlp: exportMlp({ features, layers: [layer(features, 64, 'tanh'), layer(64, 3, 'softmax')] }),
  autoencoder: exportAutoencoder({
    features,
    layers: [layer(features, 9, 'tanh'), layer(9, features, 'none')],
  }),
  'matrix factorisation': exportMatrixFactorisation({
    ...{ factors: features, items, top: 20 },
    itemFactors: numbers(features * items),
  }),
  ease: exportEase({ items, weights: numbers(items * items), recent: 10, top: 20 }),
}

describe(`a row gets the same whatever rows are scored with it (HEADRACE_SEED=${seed})`, () => {
  for (const [name, model] of Object.entries(models)) {
    test(name, async () => {
      const [{ tensor, shape }] = model.inputs as [OnnxExport['inputs'][number]]
      const width = shape[1] as number
      const values = name === 'ease' ? someItems(rows * width) : numbers(rows * width)
      const running = await RunningModel.start(model)
      const whole = await running.run({ [tensor]: values }, rows)
      for (const size of [1, 2, 3, 8, 32]) {
        for (let from = 0; from < rows; from += size) {
          const to = Math.min(rows, from + size)
          const part = await running.run({ [tensor]: values.subarray(from * width, to * width) }, to - from)
          for (const [output, found] of Object.entries(part)) {
            const columns = whole[output]!.length / rows
            assert.deepEqual(found, whole[output]!.slice(from * columns, to * columns), `${size} at a time`)
          }
        }
      }
      await running.end()
    })
  }
})
