import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ResponsePool } from '../../../../connectors/kafka/net/response-pool.ts'
import { limits, setLimits } from '../../../../engine/limits.ts'

describe('The pool of buffers', () => {
  test('gives at least what is asked for, and the same again', () => {
    const pool = new ResponsePool()
    for (const bytes of [4, 16_384, 16_385, 1 << 20, (1 << 20) + 1]) {
      const buffer = pool.take(bytes)
      assert.ok(buffer.length >= bytes && buffer.length < Math.max(16_385, 2 * bytes))
      pool.give(buffer)
      assert.equal(pool.take(bytes), buffer)
      assert.notEqual(pool.take(bytes), buffer)
    }
  })

  test('keeps no more than its limit', t => {
    const { kafkaPooledBytes } = limits
    t.after(() => setLimits({ kafkaPooledBytes }))
    setLimits({ kafkaPooledBytes: 100_000 })
    const pool = new ResponsePool()
    const buffers = Array.from({ length: 5 }, () => pool.take(32_768))
    for (const buffer of buffers) pool.give(buffer)
    assert.equal(pool.heldBytes, 3 * 32_768)
    for (const buffer of buffers.slice(0, 3).reverse()) assert.equal(pool.take(20_000), buffer)
    assert.equal(pool.heldBytes, 0)
  })
})
