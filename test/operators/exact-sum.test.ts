import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { double, record, timestamp } from '../../engine/index.ts'
import { exactSum } from '../../operators/index.ts'
import { FoldedRows } from '../support/fold-rows.ts'
import { assertProperty } from '../support/property.ts'

const Reading = record('Reading', { at: timestamp(), value: double() })

test('exactSum is the true sum, rounded once, in any order', async () => {
  const doubles = fc.double({ noNaN: true, min: -1e150, max: 1e150 })
  const folded = new FoldedRows(Reading, exactSum('value'))
  const property = fc.property(fc.array(fc.array(doubles, { maxLength: 10 }), { maxLength: 4 }), parts => {
    const states = parts.map(values => folded.stored(folded.fold(values.map(value => ({ at: 0, value })))))
    assert.equal(folded.result(folded.merge(...states)), trueSum(parts.flat()))
    assert.equal(folded.result(folded.merge(...states.toReversed())), trueSum(parts.flat()))
  })
  await assertProperty(property, 300)
})

/** The sum as a fraction of integers, rounded by a conversion that rounds half to even. */
function trueSum(values: readonly number[]): number {
  const scale = 1074n
  let sum = 0n
  for (const value of values) {
    const bits = new DataView(new ArrayBuffer(8))
    bits.setFloat64(0, value)
    const raw = bits.getBigUint64(0)
    const exponent = (raw >> 52n) & 0x7ffn
    const mantissa = (raw & 0xfffffffffffffn) | (exponent === 0n ? 0n : 1n << 52n)
    const scaled = mantissa << (exponent === 0n ? 0n : exponent - 1n)
    sum += raw >> 63n === 1n ? -scaled : scaled
  }
  // Up to 53 bits lie below the last place: there the scaled number is exact.
  const magnitude = sum < 0n ? -sum : sum
  const length = BigInt(magnitude.toString(2).length)
  if (length <= 53n) return Number(sum) * 2 ** -537 * 2 ** -537
  const shift = length - 53n
  const half = 1n << (shift - 1n)
  let kept = magnitude >> shift
  const rest = magnitude & ((1n << shift) - 1n)
  if (rest > half || (rest === half && (kept & 1n) === 1n)) kept += 1n
  const exponent = Number(shift - scale)
  const value = Number(kept) * 2 ** Math.trunc(exponent / 2) * 2 ** (exponent - Math.trunc(exponent / 2))
  return sum < 0n ? -value : value
}
