import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import type { Data, RecordBatch, Table } from 'apache-arrow'
import { RecordBatchFileWriter, RecordBatchReader, RecordBatchStreamWriter, tableFromIPC } from 'apache-arrow'
import fc from 'fast-check'
import { BatchArena, workerHeap } from '../../engine/batch/arena.ts'
import { fromArrow } from '../../engine/batch/arrow/from-arrow.ts'
import { toArrow } from '../../engine/batch/arrow/to-arrow.ts'
import type { BytesColumn, Column } from '../../engine/batch/columns.ts'
import { emptyBatch } from '../../engine/batch/empty.ts'
import type { Field, Schema } from '../../engine/batch/schema.ts'
import {
  bigint,
  boolean,
  double,
  float,
  int,
  nullable,
  oneOf,
  record,
  string,
  timestamp,
  vector,
} from '../../engine/batch/schema.ts'
import { readRows } from '../../engine/batch/values.ts'
import { jsonDecoder } from '../../engine/codec/json/decode.ts'
import { anyRows } from '../support/any-row.ts'
import { batchOf, batchOfColumns } from '../support/batch-of.ts'
import { encodedRows } from '../support/encoded-rows.ts'
import { anySchema } from '../support/json-arbitrary.ts'
import { assertProperty } from '../support/property.ts'

const batch = anySchema
  .filter(({ names }) => names.length > 0)
  .chain(schema => fc.record({ schema: fc.constant(schema), rows: anyRows(schema) }))

const arena = new BatchArena()
beforeEach(() => arena.reset())

/** Tries a property on batches, whose memory is let go after each. */
function assertForBatches(check: (schema: Schema, rows: unknown[]) => void, runs = 200): Promise<void> {
  const property = fc.property(batch, ({ schema, rows }) => check(schema, rows))
  return assertProperty(
    property.afterEach(() => arena.reset()),
    runs,
  )
}

function rowsFrom(arrow: RecordBatch, schema: Schema): unknown[] {
  return readRows(batchOfColumns(schema, fromArrow(arrow, schema, arena), arrow.numRows, arena))
}

/** A value as the library's own reader gives it, as we have it. */
function plain(field: Field, value: unknown): unknown {
  if (value === null) return null
  switch (field.kind) {
    case 'long':
      return Number(value)
    case 'vector':
      return Float32Array.from(value as Iterable<number>)
    case 'array':
      return Array.from(value as Iterable<unknown>, item => plain(field.item!, item))
    case 'record': {
      const row = value as Record<string, unknown>
      return Object.fromEntries(
        Object.entries(field.fields!).map(([name, inner]) => [name, plain(inner, row[name])]),
      )
    }
    case 'bytes':
      return new Uint8Array(value as Uint8Array)
    default:
      return value
  }
}

function readByLibrary(schema: Schema, arrow: RecordBatch | Table): unknown[] {
  return Array.from({ length: arrow.numRows }, (_, row) =>
    Object.fromEntries(
      schema.names.map((name, k) => [name, plain(schema.fields[name], arrow.getChildAt(k)?.get(row))]),
    ),
  )
}

const writers = { stream: RecordBatchStreamWriter, file: RecordBatchFileWriter }

for (const [form, Writer] of Object.entries(writers)) {
  test(`the library reads the rows of a batch from an Arrow ${form}, and so do we`, () =>
    assertForBatches((schema, rows) => {
      const batches = [rows, []].map(each => toArrow(batchOf(schema, each, arena)))
      const bytes = new Writer().writeAll(batches).toUint8Array(true)
      assert.deepEqual(readByLibrary(schema, tableFromIPC(bytes)), rows)
      const [first] = RecordBatchReader.from(bytes)
      assert.deepEqual(rowsFrom(first, schema), rows)
    }, 100))
}

test('batches come back without being written', () =>
  assertForBatches((schema, rows) => {
    assert.deepEqual(rowsFrom(toArrow(batchOf(schema, rows, arena)), schema), rows)
  }))

test('slices of batches come back', () =>
  assertForBatches((schema, rows) => {
    for (const [from, to] of [
      [0, 0],
      [0, 3],
      [1, 3],
      [2, rows.length],
    ]) {
      const sliced = toArrow(batchOf(schema, rows, arena)).slice(from, to)
      assert.deepEqual(rowsFrom(sliced, schema), rows.slice(from, to))
    }
  }))

test('picked rows, which lie apart in memory, come back', () =>
  assertForBatches((schema, rows) => {
    const every = Int32Array.from(rows.keys()).filter(row => row % 2 === 0)
    const picked = batchOf(schema, rows, arena).pick(every, every.length)
    assert.deepEqual(
      rowsFrom(toArrow(picked), schema),
      rows.filter((_, row) => row % 2 === 0),
    )
  }))

test('a batch without rows, whose columns cannot be asked for, becomes an empty one', () => {
  const schema = record('Row', { a: string(), k: oneOf('K', ['x']) })
  const arrow = toArrow(emptyBatch(schema, batchOf(schema, [], arena).tick))
  assert.equal(arrow.numRows, 0)
  assert.deepEqual(rowsFrom(arrow, schema), [])
})

const shared = record('Row', {
  double: double(),
  int: int(),
  float: float(),
  bigint: bigint(),
  code: oneOf('K', ['x', 'y']),
  vector: vector(2),
  string: string(),
})

const sharedRows = [1, 2, 3].map(n => ({
  double: n / 2,
  int: n,
  float: n / 4,
  bigint: BigInt(n),
  code: n === 1 ? 'x' : 'y',
  vector: Float32Array.of(n, -n),
  string: `text ${n}`,
}))

function buffersOf(column: Column): ArrayBufferView[] {
  return column.layout === 'bytes' ? [column.bytes] : 'values' in column ? [column.values] : []
}

function placeOf(view: ArrayBufferView): unknown {
  return { buffer: view.buffer, at: view.byteOffset }
}

test('memory is shared where the layouts agree, on the way out and in', () => {
  const one = batchOf(shared, sharedRows, arena)
  const arrow = toArrow(one)
  const back = fromArrow(arrow, shared, arena)
  shared.names.forEach((name, k) => {
    const data: Data = arrow.data.children[k]
    const values = name === 'vector' ? data.children[0].values : data.values
    const [ours] = buffersOf(one.column(k))
    assert.equal(values.buffer, ours.buffer, name)
    assert.equal(values.byteOffset, ours.byteOffset, name)
    assert.deepEqual(placeOf(buffersOf(back[k])[0]), placeOf(ours), name)
  })
  const text = back[6] as BytesColumn
  assert.equal(text.start.buffer, arrow.data.children[6].valueOffsets.buffer)
})

test('a batch in the worker memory is written by its own bytes only', () => {
  const schema = record('Row', { ts: timestamp(), value: double(), kind: string(), ok: nullable(boolean()) })
  const texts = Array.from(
    { length: 100 },
    (_, k) => `{"ts":${k},"value":${k / 8},"kind":"k\\n${k}","ok":null}`,
  )
  const none = { add: () => assert.fail('no record is bad') }
  const columns = jsonDecoder(schema).decode(
    encodedRows(texts),
    [true, true, true, true],
    arena,
    none,
  ) as Column[]
  const arrow = toArrow(batchOfColumns(schema, columns, 100, arena))
  const heap = workerHeap().buffer
  for (const data of arrow.data.children) assert.equal((data.values as Uint8Array).buffer, heap)
  const bytes = RecordBatchStreamWriter.writeAll([arrow]).toUint8Array(true)
  assert.ok(bytes.buffer.byteLength < 16384, `${bytes.buffer.byteLength} bytes for 100 rows`)
  assert.ok(heap.byteLength > 2 ** 31, 'the memory is still there')
  assert.deepEqual(
    readByLibrary(schema, tableFromIPC(bytes)),
    texts.map(text => JSON.parse(text)),
  )
})

test('batches of one schema share the identity of their dictionaries', () => {
  const schema = record('Row', { k: oneOf('K', ['x', 'y']) })
  const batches = [[{ k: 'x' }], [], [{ k: 'y' }, { k: 'x' }]].map(rows =>
    toArrow(batchOf(schema, rows, arena)),
  )
  const bytes = RecordBatchFileWriter.writeAll(batches).toUint8Array(true)
  assert.deepEqual(Array.from(tableFromIPC(bytes).getChild('k')!), ['x', 'y', 'x'])
})
