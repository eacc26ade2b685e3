import assert from 'node:assert/strict'
import { test } from 'node:test'
import { double, int, long, record, string } from '../../engine/batch/schema.ts'
import { avroDecoder } from '../../engine/codec/avro/decode.ts'
import { avroSchema } from '../../engine/codec/avro/schema.ts'
import type { AvroSchema } from '../../engine/codec/avro/type.ts'
import { decoded, placed } from '../support/avro-rows.ts'

const Event = record('Event', { ts: long(), user: long(), item: int(), value: double(), kind: string() })

/** Written by hand: the event of the common workload, behind schema id 1. */
const golden = Buffer.from(
  '0000000001 80a0abfef962 d00f 0e 0000000000002940 08 76696577'.replaceAll(' ', ''),
  'hex',
)
const event = { ts: 1_700_000_000_000, user: 1000, item: 7, value: 12.5, kind: 'view' }

const reader = record('R', { v: long({ default: 9 }), s: string({ default: 'none' }) })
const writers: Record<number, AvroSchema> = {
  1: avroSchema(reader),
  2: { type: 'record', name: 'R', fields: [{ name: 'v', type: 'int' }] },
  3: { type: 'record', name: 'R', fields: [{ name: 'v', type: 'string' }] },
  [-5]: { type: 'record', name: 'R', fields: [{ name: 's', type: 'string' }] },
}

function framed(id: number, ...body: number[]): Uint8Array {
  const bytes = Buffer.alloc(5 + body.length)
  bytes.writeInt32BE(id, 1)
  bytes.set(body, 5)
  return bytes
}

test('a framed record as the common workload has it', () => {
  const decoder = avroDecoder(Event, { framing: 'confluent' })
  assert.deepEqual(decoded(Event, decoder, placed([golden, golden], { behind: 0 })), [event, event])
  assert.deepEqual(decoded(Event, decoder, placed([golden, golden])), [event, event])
})

test('schemas that change from record to record', () => {
  const asked: number[] = []
  const writerById = (id: number) => {
    asked.push(id)
    return writers[id]
  }
  const decoder = avroDecoder(reader, { framing: 'confluent', writerById })
  const full = framed(1, 4, 2, 0x61)
  const records = [
    full,
    full,
    framed(2, 6),
    full,
    null,
    framed(-5, 4, 0x62, 0x63),
    framed(2, 8),
    framed(4),
    framed(3, 0),
    framed(3, 0),
  ]
  const mismatch =
    "HR_SCHEMA_MISMATCH: schema 3: HR_SCHEMA_MISMATCH: R.v: the writer's string cannot be read as long"
  for (const behind of [0, 64]) {
    assert.deepEqual(decoded(reader, decoder, placed(records, { behind })), [
      { v: 2, s: 'a' },
      { v: 2, s: 'a' },
      { v: 3, s: 'none' },
      { v: 2, s: 'a' },
      null,
      { v: 9, s: 'bc' },
      { v: 4, s: 'none' },
      'HR_SCHEMA_UNKNOWN: there is no schema of id 4',
      mismatch,
      mismatch,
    ])
  }
  // Known schemas once, unknown ones again: somebody may register them.
  assert.deepEqual(asked, [1, 2, -5, 4, 3, 4])
})

test('records without a frame', () => {
  const decoder = avroDecoder(reader, { framing: 'confluent' })
  const records = [
    Buffer.alloc(0),
    Buffer.from([0, 0, 0, 0]),
    Buffer.from([1, 0, 0, 0, 1, 4, 0]),
    framed(1, 4, 0),
  ]
  const bad = 'HR_RECORD_UNDECODABLE: the record does not start with a zero byte and the id of a schema'
  assert.deepEqual(decoded(reader, decoder, placed(records)), [bad, bad, bad, { v: 2, s: '' }])
})
