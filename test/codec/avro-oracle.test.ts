import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { BatchArena } from '../../engine/batch/arena.ts'
import type { Column } from '../../engine/batch/columns.ts'
import { avroDecoder } from '../../engine/codec/avro/decode.ts'
import { avroEncoder } from '../../engine/codec/avro/encode.ts'
import { schemaFromAvro } from '../../engine/codec/avro/import.ts'
import { avroSchema } from '../../engine/codec/avro/schema.ts'
import { ByteBuffer } from '../../engine/codec/codec.ts'
import { anySchema, evolved, rowsOf } from '../support/avro-arbitrary.ts'
import { avscType, fromAvsc, toAvsc } from '../support/avro-oracle.ts'
import { decoded, placed } from '../support/avro-rows.ts'
import { assertProperty } from '../support/property.ts'

const schemaAndRows = anySchema.chain(schema => fc.tuple(fc.constant(schema), rowsOf(schema)))

test('what avsc writes is read as it was, with and without room behind the last record', async () => {
  await assertProperty(
    fc.property(schemaAndRows, fc.constantFrom(0, 64), ([schema, rows], behind) => {
      const type = avscType(schema)
      const input = placed(
        rows.map(row => type.toBuffer(toAvsc(schema, row))),
        { behind },
      )
      assert.deepStrictEqual(decoded(schema, avroDecoder(schema), input), rows)
    }),
  )
})

test('what is written are the bytes that avsc writes', async () => {
  await assertProperty(
    fc.property(schemaAndRows, ([schema, rows]) => {
      const type = avscType(schema)
      const written = rows.map(row => type.toBuffer(toAvsc(schema, row)))
      const arena = new BatchArena()
      const wanted = schema.names.map(() => true)
      const bad = { add: () => assert.fail('a good record is bad') }
      const columns = avroDecoder(schema).decode(placed(written), wanted, arena, bad) as Column[]
      const out = new ByteBuffer(1)
      const [start, end] = [new Int32Array(rows.length), new Int32Array(rows.length)]
      avroEncoder(schema).encode(columns, rows.length, out, start, end)
      rows.forEach((_, row) => {
        assert.deepEqual(Buffer.from(out.bytes.subarray(start[row], end[row])), written[row])
      })
      arena.close()
    }),
  )
})

const evolution = schemaAndRows.chain(([writer, rows]) =>
  fc.tuple(fc.constant(writer), fc.constant(rows), evolved(writer)),
)

test('a reader of another schema gets what avsc resolves', async () => {
  await assertProperty(
    fc.property(evolution, fc.boolean(), ([writer, rows, reader], framed) => {
      const [from, to] = [avscType(writer), avscType(reader)]
      const resolver = to.createResolver(from)
      const written = rows.map(row => from.toBuffer(toAvsc(writer, row)))
      const expected = written.map(bytes => fromAvsc(reader, to.fromBuffer(bytes, resolver)))
      const frame = Buffer.from([0, 0, 0, 0, 7])
      const input = placed(framed ? written.map(bytes => Buffer.concat([frame, bytes])) : written)
      const decoder = avroDecoder(reader, {
        writer: avroSchema(writer),
        framing: framed ? 'confluent' : 'none',
      })
      assert.deepStrictEqual(decoded(reader, decoder, input), expected)
    }),
  )
})

test('a schema imported from its Avro form has that form', async () => {
  await assertProperty(
    fc.property(anySchema, schema => {
      const json = avroSchema(schema)
      assert.deepStrictEqual(avroSchema(schemaFromAvro(json)), json)
    }),
  )
})
