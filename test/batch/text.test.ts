import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { TextCache } from '../../engine/batch/text.ts'
import { assertProperty } from '../support/property.ts'

test('texts of any length are what the bytes say, also when they meet in the cache', () => {
  const cache = new TextCache()
  const short = fc.string({ maxLength: 10, unit: fc.constantFrom('a', 'b', '\u0000', 'é', '語', '😀') })
  const texts = fc.array(fc.oneof(short, fc.string({ unit: 'binary', maxLength: 100 })), {
    minLength: 1,
    maxLength: 50,
  })
  return assertProperty(
    fc.property(texts, list => {
      const bytes = new Uint8Array(Buffer.from(list.join('|')))
      let at = 0
      for (const text of list) {
        const length = Buffer.byteLength(text)
        const want = Buffer.from(text).toString()
        assert.equal(cache.read(bytes, at, at + length), want)
        assert.equal(cache.read(bytes, at, at + length), want)
        at += length + 1
      }
    }),
    500,
  )
})
