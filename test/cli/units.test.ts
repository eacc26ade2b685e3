import assert from 'node:assert/strict'
import { test } from 'node:test'
import { shortBytes, shortCount, shortSpan } from '../../cli/units.ts'

test('counts keep three digits and never show 1000 of a unit', () => {
  const counts = [0, 7, 999, 1000, 1234, 99_949, 99_951, 999_499, 999_500, 1_000_000, 45_600_000, 2e12, 3e15]
  assert.deepEqual(counts.map(shortCount), [
    '0',
    '7',
    '999',
    '1.00k',
    '1.23k',
    '99.9k',
    '100k',
    '999k',
    '1.00M',
    '1.00M',
    '45.6M',
    '2.00T',
    '3000T',
  ])
})

test('sizes go by 1024', () => {
  assert.deepEqual([0, 1023, 1024, 1536, 5 << 20].map(shortBytes), [
    '0 B',
    '1023 B',
    '1.00 KiB',
    '1.50 KiB',
    '5.00 MiB',
  ])
})

test('spans have their two largest units', () => {
  const spans = [
    0, 320, 999.4, 4200, 59_940, 59_960, 192_000, 3_599_600, 3_600_000, 7_500_000, 187_200_000, -4200,
  ]
  assert.deepEqual(spans.map(shortSpan), [
    '0ms',
    '320ms',
    '999ms',
    '4.2s',
    '59.9s',
    '1m0s',
    '3m12s',
    '1h0m',
    '1h0m',
    '2h5m',
    '2d4h',
    '-4.2s',
  ])
})
