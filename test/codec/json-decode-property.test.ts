import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { jsonDecoder } from '../../engine/codec/json/decode.ts'
import { decodedRows, encodedRows } from '../support/encoded-rows.ts'
import { anySchema, recordText } from '../support/json-arbitrary.ts'
import { referenceRow, rejected } from '../support/json-reference.ts'
import { assertProperty } from '../support/property.ts'

const isBad = (row: unknown) => row !== null && typeof row === 'object' && 'code' in row && 'message' in row

const batch = anySchema.chain(schema =>
  fc.record({ schema: fc.constant(schema), texts: fc.array(recordText(schema), { maxLength: 8 }) }),
)

function assertSameAsReference(
  schema: Parameters<typeof referenceRow>[0],
  values: readonly Uint8Array[],
): void {
  const rows = decodedRows(schema, jsonDecoder(schema), encodedRows(values))
  values.forEach((value, row) => {
    const expected = referenceRow(schema, value)
    const what = `row ${row}: ${Buffer.from(value)}`
    if (expected === rejected) assert.ok(isBad(rows[row]), what)
    else assert.deepEqual(rows[row], expected, what)
  })
}

test('records read as JSON.parse reads them, however they are written', () =>
  assertProperty(
    fc.property(batch, ({ schema, texts }) => {
      assertSameAsReference(
        schema,
        texts.map(text => Buffer.from(text)),
      )
    }),
    400,
  ))

test('damaged records are bad or read as JSON.parse reads them', () => {
  const damage = fc.record({ at: fc.nat(), remove: fc.nat(3), insert: fc.uint8Array({ maxLength: 3 }) })
  const damaged = fc.tuple(batch, fc.array(damage, { minLength: 1, maxLength: 3 }))
  return assertProperty(
    fc.property(damaged, ([{ schema, texts }, damages]) => {
      const values = texts.map(text => {
        let bytes = Buffer.from(text)
        for (const { at, remove, insert } of damages) {
          const cut = at % (bytes.length + 1)
          bytes = Buffer.concat([bytes.subarray(0, cut), insert, bytes.subarray(cut + remove)])
        }
        return bytes
      })
      assertSameAsReference(schema, values)
    }),
    400,
  )
})

test('which columns are wanted changes neither their values nor which records are bad', () => {
  const masks = fc.array(fc.boolean(), { minLength: 6, maxLength: 6 })
  return assertProperty(
    fc.property(batch, masks, ({ schema, texts }, mask) => {
      const decoder = jsonDecoder(schema)
      const input = encodedRows(texts)
      const wanted = schema.names.map((_, k) => mask[k])
      const all = decodedRows(schema, decoder, input)
      const some = decodedRows(schema, decoder, input, wanted)
      const expected = all.map(row =>
        isBad(row) ? row : Object.fromEntries(Object.entries(row as object).filter((_, k) => wanted[k])),
      )
      assert.deepEqual(some, expected)
    }),
  )
})

test('how records are cut into batches changes nothing', () =>
  assertProperty(
    fc.property(batch, ({ schema, texts }) => {
      const decoder = jsonDecoder(schema)
      const together = decodedRows(schema, decoder, encodedRows(texts))
      const alone = texts.flatMap(text => decodedRows(schema, decoder, encodedRows([text])))
      assert.deepEqual(alone, together)
    }),
  ))
