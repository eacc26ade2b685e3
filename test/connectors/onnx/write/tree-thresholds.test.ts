import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Split } from '../../../../connectors/onnx/write/index.ts'
import { exportTreeRegressor } from '../../../../connectors/onnx/write/index.ts'
import { seed } from '../../../support/property.ts'
import { randomFrom } from '../../../support/random.ts'
import { RunningModel } from '../../../support/run-model.ts'

const random = randomFrom(seed)
/** Most of them lie between two numbers of 32 bits. */
const thresholds = [
  ...[0, -0, 0.1, -0.1, 1 / 3, 1e-50, -1e-50, 1e-40, -1e-40, 16_777_217, -16_777_219, 3.4e38, -3.4e38, 1],
  ...Array.from({ length: 6 }, () => (random() - 0.5) * 2 ** (40 * random() - 20)),
]

describe(`what equals a threshold goes where it would with 64 bits (HEADRACE_SEED=${seed})`, () => {
  for (const split of ['<=', '<'] as const) {
    test(split, async () => {
      const running = await RunningModel.start(bitsOf(split))
      const rows = 5
      const features = Float32Array.from({ length: rows * thresholds.length }, (_, at) =>
        valueNear(thresholds[at % thresholds.length]!, Math.floor(at / thresholds.length)),
      )
      const { prediction } = await running.run({ features }, rows)
      await running.end()
      for (const [at, x] of features.entries()) {
        const [row, feature] = [Math.floor(at / thresholds.length), at % thresholds.length]
        const isLeft = Math.floor(Number(prediction![row]) / 2 ** feature) % 2 === 1
        const threshold = thresholds[feature]!
        assert.equal(isLeft, split === '<=' ? x <= threshold : x < threshold, `${x} ${split} ${threshold}`)
      }
    })
  }
})

/** A tree for each threshold, on a feature of its own: left adds a bit of its own to the result. */
function bitsOf(split: Split) {
  const trees = thresholds.map((threshold, feature) => ({
    feature: [feature, -1, -1],
    threshold: [threshold, 0, 0],
    left: [1, 0, 0],
    right: [2, 0, 0],
    value: [0, 2 ** feature, 0],
  }))
  return exportTreeRegressor({ features: thresholds.length, kind: 'boosting', trees, split })
}

/** The numbers of 32 bits around a threshold. */
function valueNear(threshold: number, which: number): number {
  const bits = new Int32Array(Float32Array.of(threshold).buffer)
  if (which === 0) return Math.fround(threshold)
  if (which === 1) bits[0]! += 1
  else if (which === 2 && (bits[0]! & 0x7fffffff) !== 0) bits[0]! -= 1
  else return [Math.fround(threshold), 0, -0][which - 2]!
  return new Float32Array(bits.buffer)[0]!
}
