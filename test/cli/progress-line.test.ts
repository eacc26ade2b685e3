import assert from 'node:assert/strict'
import { test } from 'node:test'
import { progressLine } from '../../cli/progress-line.ts'
import type { Status } from '../../cli/status.ts'

const status: Status = {
  seconds: 12,
  rowsPerSecond: 1_240_000,
  read: 14_880_000,
  passed: 14_879_000,
  rejected: 1000,
  late: 52_300,
  lag: 3456,
  watermark: '2026-01-31T12:34:56.789Z',
  watermarkDelayMs: 4200,
  checkpointAgeMs: 130,
  commits: 60,
}

test('a wide terminal gets it all', () => {
  assert.equal(
    progressLine(status, 120),
    '1.24M rows/s  lag 3.46k  watermark 2026-01-31 12:34:56, 4.2s ago  late 52.3k  rejected 1.00k  committed 130ms ago',
  )
})

test('80 columns hold every figure', () => {
  assert.equal(
    progressLine(status, 79),
    '1.24M/s  lag 3.46k  watermark -4.2s  late 52.3k  rejected 1.00k  commit 130ms',
  )
})

test('no width is ever exceeded, and the rate goes last', () => {
  for (let width = 1; width <= 130; width++) {
    const line = progressLine(status, width)
    assert.ok(line.length <= width, `${line.length} in ${width}`)
    assert.ok('1.24M'.startsWith(line.slice(0, 5)), line)
  }
})

test('before the first record there is no watermark', () => {
  const line = progressLine({ ...status, watermark: null, watermarkDelayMs: null }, 120)
  assert.match(line, /watermark none yet/)
})
