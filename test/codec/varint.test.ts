import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { varintLength, varlongLength, writeVarint, writeVarlong } from '../../engine/codec/varint.ts'
import { assertProperty } from '../support/property.ts'
import { slowVarint } from '../support/record-batches.ts'

const edges = (limit: number) =>
  Array.from({ length: 54 }, (_, bit) => 2 ** bit)
    .flatMap(power => [power - 1, power, -power, -power - 1])
    .filter(value => value >= -limit && value < limit)

test('a varint has the bytes and the length that the definition gives', async () => {
  const check = (value: number) => {
    const bytes = new Uint8Array(12)
    const end = writeVarint(bytes, 1, value)
    assert.deepEqual([...bytes.subarray(1, end)], slowVarint(value), String(value))
    assert.equal(varintLength(value), end - 1, String(value))
  }
  edges(2 ** 31).forEach(check)
  await assertProperty(fc.property(fc.integer(), check), 2000)
})

test('a varlong has the bytes and the length that the definition gives, for every safe integer', async () => {
  const check = (value: number) => {
    const bytes = new Uint8Array(12)
    const end = writeVarlong(bytes, 1, value)
    assert.deepEqual([...bytes.subarray(1, end)], slowVarint(value), String(value))
    assert.equal(varlongLength(value), end - 1, String(value))
  }
  edges(2 ** 53).forEach(check)
  await assertProperty(fc.property(fc.maxSafeInteger(), check), 2000)
})
