import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { dataViewOf } from '../../engine/codec/data-view.ts'
import { scanBigint, scanDouble, scanLong, skipNumber } from '../../engine/codec/json/scan-number.ts'
import { numberText } from '../support/json-arbitrary.ts'
import { assertProperty } from '../support/property.ts'

const values = new Float64Array(1)

function readDouble(text: string): number {
  const bytes = Buffer.from(`${text}}`)
  assert.equal(scanDouble(bytes, dataViewOf(bytes), 0, values, 0), text.length, text)
  return values[0]
}

test('doubles are the nearest, however many digits they have', () =>
  assertProperty(
    fc.property(numberText, text => assert.equal(readDouble(text), Number(text), text)),
    5000,
  ))

test('doubles of 15 to 20 digits are the nearest', () => {
  const significant = fc.bigInt({ min: 10n ** 14n, max: 10n ** 20n })
  return assertProperty(
    fc.property(significant, fc.nat(22), (digits, places) => {
      const text = String(digits).padStart(places + 1, '0')
      const cut = text.length - places
      const decimal = places === 0 ? text : `${text.slice(0, cut)}.${text.slice(cut)}`
      assert.equal(readDouble(decimal), Number(decimal), decimal)
    }),
    5000,
  )
})

test('decimals beside the middle between two doubles round to the right side', () => {
  const double = fc.double({ min: 1e-3, max: 1e15, noNaN: true })
  return assertProperty(
    fc.property(double, fc.integer({ min: 16, max: 19 }), (value, digits) => {
      const [middle, scale] = middleAbove(value)
      for (let places = 0; places <= 22; places++) {
        const below = (middle * 10n ** BigInt(places)) / 2n ** BigInt(scale)
        if (String(below).length !== digits) continue
        for (const neighbour of [below, below + 1n]) {
          const padded = String(neighbour).padStart(places + 1, '0')
          const cut = padded.length - places
          const text = places === 0 ? padded : `${padded.slice(0, cut)}.${padded.slice(cut)}`
          assert.equal(readDouble(text), Number(text), text)
        }
      }
    }),
    2000,
  )
})

/** Half way to the next double above, as an integer over a power of two. */
function middleAbove(value: number): [bigint, number] {
  const bits = new DataView(new ArrayBuffer(8))
  bits.setFloat64(0, value)
  const raw = bits.getBigUint64(0)
  const exponent = Number(raw >> 52n) - 1075
  const mantissa = (raw & (2n ** 52n - 1n)) | (2n ** 52n)
  return [mantissa * 2n + 1n, 1 - exponent]
}

test('longs are exact up to 2^53 and refused beyond', () =>
  assertProperty(
    fc.property(fc.bigInt({ min: -(2n ** 55n), max: 2n ** 55n }), value => {
      const text = String(value)
      const bytes = Buffer.from(`${text},`)
      const end = scanLong(bytes, dataViewOf(bytes), 0, values, 0)
      const isSafe = Number.isSafeInteger(Number(value)) && BigInt(Number(value)) === value
      assert.equal(end, isSafe ? text.length : -1, text)
      if (isSafe) assert.equal(values[0], Number(value))
    }),
    2000,
  ))

test('bigints of up to 19 digits are exact', () => {
  const words = new Int32Array(2)
  const whole = new BigInt64Array(words.buffer)
  const edges = fc.constantFrom(
    0n,
    1n,
    -1n,
    2n ** 63n - 1n,
    1n - 2n ** 63n,
    -(2n ** 32n),
    2n ** 32n,
    10n ** 18n,
  )
  return assertProperty(
    fc.property(fc.oneof(fc.bigInt({ min: 1n - 2n ** 63n, max: 2n ** 63n - 1n }), edges), value => {
      const text = String(value)
      assert.equal(scanBigint(Buffer.from(`${text}}`), 0, words, 0), text.length)
      assert.equal(whole[0], value)
    }),
    2000,
  )
})

test('numbers end at the end of the bytes', () => {
  const endings = ['', '-', '1', '12345678901234567890', '1.', '1.5', '1e', '1e+', '0.1234567890123456789012']
  for (const text of endings) {
    const bytes = Buffer.from(text)
    for (const scan of [scanDouble(bytes, dataViewOf(bytes), 0, values, 0), skipNumber(bytes, 0)]) {
      assert.ok(scan === -1 || scan === text.length, text)
    }
  }
})
