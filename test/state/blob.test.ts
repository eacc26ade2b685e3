import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isHeadraceError } from '../../engine/errors.ts'
import { limits } from '../../engine/limits.ts'
import { StateReader, StateWriter } from '../../engine/state/blob/blob.ts'
import { assertProperty } from '../support/property.ts'

type Rows<T> = T[][]

/** A table as plain rows: what the test believes, next to what the blob says. */
interface Plain {
  width: number
  f64: Rows<number>
  i32: Rows<number>
  u8: Rows<number>
  i64: Rows<bigint>
  bytes: Uint8Array[]
  strings: string[]
  json: fc.JsonValue
}

function column<T>(cell: fc.Arbitrary<T>, rows: number, width: number): fc.Arbitrary<Rows<T>> {
  const row = fc.array(cell, { minLength: width, maxLength: width })
  return fc.array(row, { minLength: rows, maxLength: rows })
}

const plainTable: fc.Arbitrary<Plain> = fc
  .record({ rows: fc.integer({ min: 0, max: 10 }), width: fc.constantFrom(1, 1, 2, 3, 70) })
  .chain(({ rows, width }) => {
    const exactly = { minLength: rows, maxLength: rows }
    return fc.record({
      width: fc.constant(width),
      f64: column(fc.double(), rows, width),
      i32: column(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), rows, width),
      u8: column(fc.nat(255), rows, width),
      i64: column(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), rows, width),
      bytes: fc.array(fc.uint8Array({ maxLength: 150 }), exactly),
      strings: fc.array(fc.string({ unit: 'grapheme' }), exactly),
      json: fc.jsonValue({ maxDepth: 2 }),
    })
  })

/** The values one behind the other in random order, with gaps between them. */
function scatter(values: Uint8Array[]): { starts: Int32Array; ends: Int32Array; bytes: Uint8Array } {
  const starts = new Int32Array(values.length)
  const ends = new Int32Array(values.length)
  const bytes = new Uint8Array(values.reduce((sum, value) => sum + value.length + 1, 0))
  let at = 0
  for (let i = 0; i < values.length; i++) {
    bytes.set(values[i], at)
    starts[i] = at
    ends[i] = at + values[i].length
    at = ends[i] + (i % 3 === 0 ? 1 : 0)
  }
  return { starts, ends, bytes }
}

function writeWhole(writer: StateWriter, name: string, plain: Plain): void {
  const { starts, ends, bytes } = scatter(plain.bytes)
  writer
    .table(name, plain.bytes.length)
    .f64('f64', Float64Array.from(plain.f64.flat()), plain.width)
    .f32('f32', Float32Array.from(plain.f64.flat()), plain.width)
    .i32('i32', Int32Array.from(plain.i32.flat()), plain.width)
    .u8('u8', Uint8Array.from(plain.u8.flat()), plain.width)
    .i64('i64', BigInt64Array.from(plain.i64.flat()), plain.width)
    .bytes('bytes', starts, ends, bytes)
    .strings('strings', plain.strings)
    .json('json', plain.json)
}

function writeChosen(writer: StateWriter, name: string, plain: Plain, indexes: Int32Array): void {
  const { starts, ends, bytes } = scatter(plain.bytes)
  const n = indexes.length
  writer
    .table(name, n)
    .f64At('f64', Float64Array.from(plain.f64.flat()), indexes, n, plain.width)
    .f32At('f32', Float32Array.from(plain.f64.flat()), indexes, n, plain.width)
    .i32At('i32', Int32Array.from(plain.i32.flat()), indexes, n, plain.width)
    .u8At('u8', Uint8Array.from(plain.u8.flat()), indexes, n, plain.width)
    .i64At('i64', BigInt64Array.from(plain.i64.flat()), indexes, n, plain.width)
    .bytesAt('bytes', starts, ends, bytes, indexes, n)
    .strings(
      'strings',
      Array.from(indexes, i => plain.strings[i]),
    )
    .json('json', plain.json)
}

function expectTable(reader: StateReader, name: string, plain: Plain, indexes: readonly number[]): void {
  const table = reader.table(name)
  assert.ok(table)
  assert.equal(table.rows, indexes.length)
  assert.deepEqual(table.f64('f64'), Float64Array.from(indexes.flatMap(i => plain.f64[i])))
  assert.deepEqual(table.f32('f32'), Float32Array.from(indexes.flatMap(i => plain.f64[i])))
  assert.deepEqual(table.i32('i32'), Int32Array.from(indexes.flatMap(i => plain.i32[i])))
  assert.deepEqual(table.u8('u8'), Uint8Array.from(indexes.flatMap(i => plain.u8[i])))
  assert.deepEqual(table.i64('i64'), BigInt64Array.from(indexes.flatMap(i => plain.i64[i])))
  const found = table.bytes('bytes')
  assert.ok(found)
  const values = indexes.map((_, row) =>
    Uint8Array.from(found.bytes.subarray(found.starts[row], found.ends[row])),
  )
  assert.deepEqual(
    values,
    indexes.map(i => plain.bytes[i]),
  )
  assert.deepEqual(
    table.strings('strings'),
    indexes.map(i => plain.strings[i]),
  )
  assert.equal(JSON.stringify(table.json('json')), JSON.stringify(plain.json))
  assert.equal(table.width('f64'), plain.width)
}

/** The same bytes at a position where typed arrays cannot be laid over them. */
function misaligned(blob: Uint8Array): Uint8Array {
  const moved = new Uint8Array(blob.length + 3).subarray(3)
  moved.set(blob)
  return moved
}

test('a blob gives back what was written, whole tables and chosen rows, at any position in memory', async () => {
  const writer = new StateWriter()
  const chosen = plainTable.chain(plain =>
    fc.record({
      plain: fc.constant(plain),
      indexes: plain.bytes.length === 0 ? fc.constant([]) : fc.array(fc.nat(plain.bytes.length - 1)),
    }),
  )
  await assertProperty(
    fc.property(fc.array(plainTable, { maxLength: 3 }), chosen, (tables, { plain, indexes }) => {
      writer.reset()
      for (const [i, table] of tables.entries()) writeWhole(writer, `table-${i}`, table)
      writeChosen(writer, 'chosen', plain, Int32Array.from(indexes))
      const blob = writer.finish()
      for (const reader of [new StateReader(blob.slice()), new StateReader(misaligned(blob))]) {
        assert.deepEqual(reader.tables(), [...tables.keys()].map(i => `table-${i}`).concat('chosen'))
        for (const [i, table] of tables.entries())
          expectTable(reader, `table-${i}`, table, [...table.bytes.keys()])
        expectTable(reader, 'chosen', plain, indexes)
      }
    }),
    150,
  )
})

test('the same state gives the same bytes, whatever the writer held before', async () => {
  await assertProperty(
    fc.property(plainTable, plainTable, (before, plain) => {
      const used = new StateWriter()
      writeWhole(used, 'before', before)
      used.finish()
      used.reset()
      writeWhole(used, 'table', plain)
      const fresh = new StateWriter()
      writeWhole(fresh, 'table', plain)
      assert.deepEqual(used.finish(), fresh.finish())
    }),
    50,
  )
})

test('the bits of a NaN survive being gathered', () => {
  const data = new Float64Array(1)
  new BigUint64Array(data.buffer)[0] = 0x7ff0_dead_beef_0001n
  const blob = new StateWriter().table('t', 1).f64At('x', data, Int32Array.of(0), 1).finish()
  const found = new StateReader(blob).table('t')?.f64('x')
  assert.ok(found)
  assert.equal(new BigUint64Array(found.buffer, found.byteOffset, 1)[0], 0x7ff0_dead_beef_0001n)
})

test('columns of an aligned blob are views, not copies', () => {
  const blob = new StateWriter()
    .table('t', 2)
    .u8('flags', Uint8Array.of(1, 2))
    .f64('x', Float64Array.of(1, 2))
    .finish()
  assert.equal(new StateReader(blob).table('t')?.f64('x')?.buffer, blob.buffer)
})

test('what is not there is undefined; a column of another kind is an error', () => {
  const table = new StateReader(new StateWriter().table('t', 1).f64('x', Float64Array.of(1)).finish()).table(
    't',
  )
  assert.equal(new StateReader(new StateWriter().finish()).table('t'), undefined)
  assert.ok(table)
  assert.equal(table.f64('y'), undefined)
  assert.equal(table.bytes('y'), undefined)
  assert.equal(table.strings('y'), undefined)
  assert.equal(table.json('y'), undefined)
  assert.equal(table.has('x'), true)
  assert.throws(
    () => table.i32('x'),
    error => isHeadraceError(error, 'HR_STATE_INCOMPATIBLE'),
  )
})

test('every flipped bit and every missing end of a blob is found', () => {
  const writer = new StateWriter()
    .table('t', 3)
    .f64('x', Float64Array.of(1, 2, 3))
    .strings('s', ['a', 'b', 'ü'])
  const blob = writer.json('j', { a: 1 }).finish()
  const corrupt = (error: unknown) => isHeadraceError(error, 'HR_STATE_CORRUPT')
  for (let at = 0; at < blob.length; at++) {
    for (let bit = 0; bit < 8; bit++) {
      const damaged = blob.slice()
      damaged[at] ^= 1 << bit
      assert.throws(() => new StateReader(damaged), corrupt, `byte ${at}, bit ${bit}`)
    }
    assert.throws(() => new StateReader(blob.slice(0, at)), corrupt, `cut at ${at}`)
  }
})

test('misuse of the writer is an error, never a wrong blob', () => {
  const internal = (error: unknown) => isHeadraceError(error, 'HR_INTERNAL')
  const one = Float64Array.of(1)
  const table = () => new StateWriter().table('t', 2)
  assert.throws(() => new StateWriter().f64('x', one), internal)
  assert.throws(() => table().f64('x', one), internal)
  assert.throws(() => table().strings('x', ['a']), internal)
  assert.throws(() => table().f64At('x', one, Int32Array.of(0), 1), internal)
  assert.throws(() => table().table('t', 1), internal)
  assert.throws(() => new StateWriter().table('t', -1), internal)
  assert.throws(() => new StateWriter().table('t', 1).f64('x', one).f64('x', one), internal)
  for (const value of [Number.NaN, { watermark: Number.NEGATIVE_INFINITY }, undefined, () => 1]) {
    assert.throws(() => table().json('x', value), internal)
  }
})

test('a state beyond the limit is refused before memory is taken for it', () => {
  const cells = limits.stateBlobBytes / 8
  assert.throws(
    () => new StateWriter().table('t', 1).f64At('x', new Float64Array(1), new Int32Array(1), 1, cells),
    error => isHeadraceError(error, 'HR_STATE_TOO_LARGE'),
  )
})
