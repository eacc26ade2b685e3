import assert from 'node:assert/strict'
import { test } from 'node:test'
import { robustStatsOf } from '../../training/robust-stats.ts'

const near = (value: number, expected: number) =>
  assert.ok(Math.abs(value - expected) < 1e-4, `${value} is not ${expected}`)

test('median and scaled median absolute deviation, whatever a wild value says', () => {
  const { median, scale } = robustStatsOf(Float32Array.of(1, 1, 2, 2, 4, 6, 9))
  near(median, 2)
  near(scale, 1.4826)
  assert.deepEqual(robustStatsOf(Float32Array.of(1, 1, 2, 2, 4, 6, 9e9)), { median, scale })
  near(robustStatsOf(Float32Array.of(4, 1, 3, 2)).median, 2.5)
})

test('where most values are the same, the others make the scale', () => {
  const { median, scale } = robustStatsOf(Float32Array.of(0, 0, 0, 0, 0, 0, 0, 2, 3, 4))
  near(median, 0)
  near(scale, 1.4826 * 3)
})

test('a constant has a scale too', () => {
  assert.deepEqual(robustStatsOf(Float32Array.of(7, 7, 7)), { median: 7, scale: 1 })
})
