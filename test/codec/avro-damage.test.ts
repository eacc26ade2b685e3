import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Schema } from '../../engine/batch/schema.ts'
import { array, long, makeSchema, record, vector } from '../../engine/batch/schema.ts'
import { avroDecoder } from '../../engine/codec/avro/decode.ts'
import { avroSchema } from '../../engine/codec/avro/schema.ts'
import type { EncodedRows, RowDecoder } from '../../engine/codec/codec.ts'
import { anySchema, evolved, rowsOf } from '../support/avro-arbitrary.ts'
import { avscType, toAvsc } from '../support/avro-oracle.ts'
import { decoded, placed } from '../support/avro-rows.ts'
import { assertProperty } from '../support/property.ts'

interface Case {
  readonly reader: Schema
  readonly decoder: RowDecoder
  readonly valid: readonly Uint8Array[]
}

/** Records of one schema, read as another. */
const anyCase: fc.Arbitrary<Case> = anySchema
  .chain(writer =>
    fc.tuple(fc.constant(writer), rowsOf(writer), fc.oneof(fc.constant(writer), evolved(writer))),
  )
  .map(([writer, rows, reader]) => ({
    reader,
    decoder: avroDecoder(reader, { writer: avroSchema(writer) }),
    valid: rows.map(row => avscType(writer).toBuffer(toAvsc(writer, row))),
  }))

const anyDamage = fc.array(
  fc.record({
    at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    byte: fc.nat(255),
    times: fc.nat(3),
  }),
  { minLength: 1, maxLength: 4 },
)

function damaged(
  record: Uint8Array,
  damages: readonly { at: number; byte: number; times: number }[],
): Uint8Array {
  let bytes = [...record]
  for (const { at, byte, times } of damages) {
    const position = Math.floor(at * bytes.length)
    // Overwritten, inserted once or more, or taken out.
    if (times === 0) bytes = bytes.toSpliced(position, 1)
    else bytes = bytes.toSpliced(position, times === 1 ? 1 : 0, ...Array.from({ length: times }, () => byte))
  }
  return Uint8Array.from(bytes)
}

/** The same outcome whatever stands around the records, and whether or not there is room behind them. */
function outcome(
  reader: Schema,
  decoder: RowDecoder,
  records: readonly Uint8Array[],
  wanted?: readonly boolean[],
): unknown[] {
  const read = (input: EncodedRows) => decoded(reader, decoder, input, wanted)
  const result = read(placed(records, { guard: 0xff }))
  assert.deepStrictEqual(read(placed(records, { guard: 0x00 })), result)
  assert.deepStrictEqual(read(placed(records, { guard: 0x01, behind: 0 })), result)
  for (const record of records.slice(0, 2)) {
    assert.deepStrictEqual(read(placed([record], { behind: 0 })), [result[records.indexOf(record)]])
  }
  return result
}

test('a record that is cut off anywhere is bad', async () => {
  await assertProperty(
    fc.property(anyCase, ({ reader, decoder, valid }) => {
      const cut = valid.flatMap(record =>
        Array.from({ length: Math.min(record.length, 60) }, (_, k) => record.slice(0, k)),
      )
      for (const row of outcome(reader, decoder, cut)) assert.match(String(row), /^HR_/)
    }),
    80,
  )
})

test('a record with bytes behind its end is bad', async () => {
  await assertProperty(
    fc.property(anyCase, fc.uint8Array({ minLength: 1 }), ({ reader, decoder, valid }, more) => {
      const longer = valid.map(record => Uint8Array.from([...record, ...more]))
      for (const row of outcome(reader, decoder, longer)) assert.match(String(row), /^HR_/)
    }),
    80,
  )
})

test('a damaged record is a value or bad, whatever is around it, and leaves its neighbours as they were', async () => {
  await assertProperty(
    fc.property(
      anyCase,
      fc.array(anyDamage, { minLength: 8, maxLength: 8 }),
      ({ reader, decoder, valid }, damages) => {
        const intact = outcome(reader, decoder, valid)
        const mixed = valid.flatMap((record, k) => [damaged(record, damages[k % 8]), record])
        const rows = outcome(reader, decoder, mixed)
        intact.forEach((row, k) => {
          assert.deepStrictEqual(rows[2 * k + 1], row)
        })
      },
    ),
    300,
  )
})

test('which records are bad, and why, does not depend on the wanted columns', async () => {
  const withWanted = anyCase.chain(one =>
    fc.tuple(
      fc.constant(one),
      fc.array(anyDamage, { minLength: 8, maxLength: 8 }),
      fc.array(fc.boolean(), { minLength: one.reader.names.length, maxLength: one.reader.names.length }),
    ),
  )
  await assertProperty(
    fc.property(withWanted, ([{ reader, decoder, valid }, damages, wanted]) => {
      const records = valid.map((record, k) => damaged(record, damages[k % 8]))
      const all = outcome(reader, decoder, records)
      const some = outcome(reader, decoder, records, wanted)
      const expected = all.map(row => {
        if (typeof row === 'string') return row
        return Object.fromEntries(
          Object.entries(row as object).filter(([name]) => wanted[reader.names.indexOf(name)]),
        )
      })
      assert.deepStrictEqual(some, expected)
    }),
    300,
  )
})

test('a cut record of many fields is not read far beyond its end', () => {
  const names = Array.from({ length: 60 }, (_, k) => `f${k}`)
  const schema = makeSchema('Wide', Object.fromEntries(names.map(name => [name, long()])))
  const decoder = avroDecoder(schema)
  for (let length = 0; length < names.length; length++) {
    const [row] = decoded(schema, decoder, placed([new Uint8Array(length)], { guard: 0, behind: 16 }))
    assert.equal(row, `HR_RECORD_UNDECODABLE: Wide.f${length}: the record ends within it`)
  }
})

test('counts and lengths that no record could hold are refused before anything is reserved', () => {
  const schema = record('Lists', { longs: array(long()), point: vector(2) })
  const decoder = avroDecoder(schema)
  const huge = [0xfe, 0xff, 0xff, 0xff, 0x0f]
  const records = [
    [...huge, 0, 0],
    [0xff, 0xff, 0xff, 0xff, 0x0f, 2, 0, 0],
    [0, ...huge, 0],
    [0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01, 0],
  ]
  const rows = outcome(
    schema,
    decoder,
    records.map(bytes => Uint8Array.from(bytes)),
  )
  assert.deepStrictEqual(rows, [
    'HR_RECORD_UNDECODABLE: Lists.longs: it counts more items than there are bytes for',
    'HR_RECORD_UNDECODABLE: Lists.longs: it counts more items than there are bytes for',
    'HR_RECORD_UNDECODABLE: Lists.point: it counts more items than there are bytes for',
    'HR_RECORD_UNDECODABLE: Lists.longs: the integer has more than 32 bits',
  ])
})
