import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isHeadraceError } from '../../engine/errors.ts'
import type { Duration } from '../../engine/time/duration.ts'
import { durationMs } from '../../engine/time/duration.ts'

test('a number is milliseconds, a text has a unit', () => {
  const cases: [Duration, number][] = [
    [0, 0],
    [250, 250],
    ['0ms', 0],
    ['250ms', 250],
    ['1.5s', 1500],
    ['10s', 10_000],
    ['5m', 300_000],
    ['2h', 7_200_000],
    ['7d', 604_800_000],
  ]
  for (const [duration, ms] of cases) assert.equal(durationMs(duration, 'size'), ms, String(duration))
})

test('anything else is refused, and the option named', () => {
  for (const bad of [
    '',
    '10',
    '10 s',
    '-1s',
    's',
    '1w',
    '1s5',
    '1e3s',
    -1,
    Number.NaN,
    Number.POSITIVE_INFINITY,
  ]) {
    assert.throws(
      () => durationMs(bad as Duration, 'size of "windows"'),
      (error: unknown) =>
        isHeadraceError(error, 'HR_CONFIG_INVALID') && /size of "windows"/.test(error.message),
    )
  }
})
