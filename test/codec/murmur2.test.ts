import assert from 'node:assert/strict'
import { test } from 'node:test'
import { murmur2, partitionOf } from '../../engine/codec/murmur2.ts'

/** From Kafka's own tests of its hash. */
const known: readonly (readonly [string, number])[] = [
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ['abc', 479470107],
]

test('hashes as the Java client does, wherever the key lies', () => {
  for (const [key, hash] of known) {
    const bytes = Buffer.from(`...${key}...`)
    assert.equal(murmur2(bytes, 3, 3 + key.length), hash, key)
  }
})

test('the partition is that of the Java client', () => {
  for (const [key, hash] of known) {
    for (const partitions of [1, 2, 7, 1000]) {
      const expected = Number(BigInt.asUintN(31, BigInt(hash)) % BigInt(partitions))
      assert.equal(partitionOf(Buffer.from(key), 0, key.length, partitions), expected)
    }
  }
})
