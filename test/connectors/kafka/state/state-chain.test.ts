import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { StateChain } from '../../../../connectors/kafka/state/state-chain.ts'
import type { StateChunk } from '../../../../connectors/kafka/state/state-chunk.ts'
import { checkpointId, chunkBatches, readChunkKey } from '../../../../connectors/kafka/state/state-chunk.ts'
import type { CheckpointRecord } from '../../../../engine/home.ts'
import { limits, setLimits } from '../../../../engine/limits.ts'
import { coded } from '../../../support/kafka-failures.ts'
import { assertProperty } from '../../../support/property.ts'
import { readBatch } from '../../../support/record-batches.ts'

interface Chunk {
  readonly key: StateChunk
  readonly value: Uint8Array
}

/** The chunks of a checkpoint, as they lie in the log. */
function chunksOf(record: CheckpointRecord, writer: string, number: number, after: string | null): Chunk[] {
  return [...chunkBatches(record, { writer, number, after }, 1000)].map(batch => {
    const { bytes, keyStart, keyEnd, valueStart, valueEnd } = readBatch(batch).spans
    const key = readChunkKey(bytes.subarray(keyStart[0], keyEnd[0]), 0)
    return { key, value: bytes.subarray(valueStart[0], valueEnd[0]) }
  })
}

function chainOf(chunks: readonly Chunk[]): StateChain {
  const chain = new StateChain()
  for (const [offset, { key, value }] of chunks.entries()) chain.add(key, value, offset)
  return chain
}

const texts = (chain: StateChain) =>
  chain.records.map(({ kind, payload }) => `${kind} ${Buffer.from(payload)}`)
const snapshot = (text: string) => ({ kind: 'snapshot', payload: Buffer.from(text) }) as const
const delta = (text: string) => ({ kind: 'delta', payload: Buffer.from(text) }) as const

test('a chunk says what it is in words that later versions read', () => {
  const [batch] = chunkBatches(delta('abc'), { writer: 'w', number: 3, after: 'v:2' }, 1000)
  const [record] = readBatch(batch).records
  assert.equal(
    record.key,
    '{"version":1,"kind":"delta","writer":"w","number":3,"after":"v:2","at":0,"bytes":3}',
  )
  assert.equal(record.value, 'abc')
  assert.equal(record.timestamp, 1000)
})

test('what is not ours, or of a later version, is no state', () => {
  for (const key of [null, Buffer.from('x'), Buffer.from('null'), Buffer.from('3')]) {
    assert.throws(() => readChunkKey(key, 7), coded('HR_STATE_CORRUPT', /not one of ours.*offset 7/))
  }
  const later = Buffer.from('{"version":2}')
  assert.throws(() => readChunkKey(later, 7), coded('HR_STATE_VERSION', /format 2.*offset 7/))
})

test('the newest snapshot and what was made after it are restored, from bytes that are aligned', () => {
  const chain = chainOf([
    ...chunksOf(delta('0'), 'a', 0, null),
    ...chunksOf(snapshot('1'), 'a', 1, 'a:0'),
    ...chunksOf(delta('2'), 'a', 2, 'a:1'),
    ...chunksOf(snapshot('3'), 'a', 3, 'a:2'),
    ...chunksOf(delta('4'), 'a', 4, 'a:3'),
    ...chunksOf(delta(''), 'b', 0, 'a:4'),
  ])
  assert.deepEqual(texts(chain), ['snapshot 3', 'delta 4', 'delta '])
  assert.equal(chain.tip, 'b:0')
  assert.deepEqual([chain.snapshotBytes, chain.deltaBytes, chain.readBytes], [1, 1, 5])
  assert.deepEqual(
    chain.records.map(({ payload }) => payload.byteOffset % 8),
    [0, 0, 0],
  )
})

test('deltas that nothing went before are a beginning too', () => {
  const chunks = [...chunksOf(delta('0'), 'a', 0, null), ...chunksOf(delta('1'), 'a', 1, 'a:0')]
  assert.deepEqual(texts(chainOf(chunks)), ['delta 0', 'delta 1'])
  assert.deepEqual(texts(chainOf(chunks.slice(1))), [])
})

test('a writer that was overtaken puts nothing between the records of its successor', () => {
  const chain = chainOf([
    ...chunksOf(snapshot('a0'), 'a', 0, null),
    ...chunksOf(snapshot('b0'), 'b', 0, 'a:0'),
    ...chunksOf(delta('a1'), 'a', 1, 'a:0'),
    ...chunksOf(delta('b1'), 'b', 1, 'b:0'),
    ...chunksOf(delta('a2'), 'a', 2, 'a:1'),
    ...chunksOf(delta('b2'), 'b', 2, 'b:1'),
  ])
  assert.deepEqual(texts(chain), ['snapshot b0', 'delta b1', 'delta b2'])
})

test('a delta that is missing ends the chain: what follows it was made from what is not there', () => {
  const chain = chainOf([
    ...chunksOf(snapshot('0'), 'a', 0, null),
    ...chunksOf(delta('1'), 'a', 1, 'a:0'),
    ...chunksOf(delta('3'), 'a', 3, 'a:2'),
    ...chunksOf(delta('4'), 'a', 4, 'a:3'),
  ])
  assert.deepEqual(texts(chain), ['snapshot 0', 'delta 1'])
})

test('large checkpoints come back byte for byte, whoever writes between their chunks and wherever they break off', t => {
  const before = limits.stateChunkBytes
  t.after(() => setLimits({ stateChunkBytes: before }))
  setLimits({ stateChunkBytes: 10 })
  const payload = fc.uint8Array({ maxLength: 45 })
  return assertProperty(
    fc.property(
      payload,
      payload,
      payload,
      fc.infiniteStream(fc.boolean()),
      fc.nat(5),
      (one, two, zombie, turns, cut) => {
        const first = chunksOf({ kind: 'snapshot', payload: one }, 'a', 0, null)
        const ours = chunksOf({ kind: 'delta', payload: two }, 'a', 1, 'a:0')
        const others = chunksOf({ kind: 'snapshot', payload: zombie }, 'z', 0, null)
        const unfinished = cut < others.length ? others.slice(0, cut) : []
        const mixed: Chunk[] = []
        const [left, right] = [[...ours], [...unfinished]]
        while (left.length + right.length > 0) {
          const from = right.length === 0 || (left.length > 0 && turns.next().value) ? left : right
          mixed.push(...from.splice(0, 1))
        }
        const chain = chainOf([...first, ...mixed])
        assert.deepEqual(
          chain.records.map(({ payload: bytes }) => Buffer.from(bytes)),
          [one, two].map(bytes => Buffer.from(bytes)),
        )
        assert.equal(chain.tip, checkpointId({ writer: 'a', number: 1 }))
      },
    ),
  )
})

test('a chunk that does not belong behind the one before drops its checkpoint', () => {
  const before = limits.stateChunkBytes
  setLimits({ stateChunkBytes: 2 })
  const chunks = chunksOf(snapshot('abcdef'), 'a', 0, null)
  setLimits({ stateChunkBytes: before })
  for (const order of [
    [0, 2],
    [1, 2],
    [0, 1, 0, 2],
    [0, 1, 1, 2],
  ]) {
    assert.deepEqual(texts(chainOf(order.map(k => chunks[k]))), [])
  }
  assert.deepEqual(texts(chainOf([0, 1, 0, 1, 2].map(k => chunks[k]))), ['snapshot abcdef'])
  const [{ key }] = chunks
  const long = [{ key, value: Buffer.from('seven b') }]
  assert.throws(() => chainOf(long), coded('HR_STATE_CORRUPT', /longer than it says/))
  const negative = [{ key: { ...key, bytes: -1 }, value: Buffer.from('') }]
  assert.throws(() => chainOf(negative), coded('HR_STATE_CORRUPT', /-1 bytes/))
})

test('no more checkpoints are put together at a time than the limit says', () => {
  const before = limits.stateChunkBytes
  setLimits({ stateChunkBytes: 2 })
  const writers = Array.from({ length: limits.stateWriters + 1 }, (_, k) =>
    chunksOf(snapshot(`of ${k}`), `${k}`, 0, null),
  )
  setLimits({ stateChunkBytes: before })
  const begun = writers.map(([first]) => first)
  assert.deepEqual(texts(chainOf([...begun, writers[0][1]])), [])
  assert.deepEqual(texts(chainOf([...begun, writers[1][1]])), ['snapshot of 1'])
})
