import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { BatchArena } from '../../engine/batch/arena.ts'
import type { Batch } from '../../engine/batch/batch.ts'
import { interleave } from '../../engine/batch/interleave.ts'
import {
  array,
  bigint,
  boolean,
  bytes,
  decimal,
  double,
  float,
  int,
  long,
  nullable,
  oneOf,
  record,
  string,
  vector,
} from '../../engine/batch/schema.ts'
import { readValue } from '../../engine/batch/values.ts'
import { StateReader, StateWriter } from '../../engine/state/blob/blob.ts'
import { RowStore } from '../../engine/state/rows/row-store.ts'
import { anyRows } from '../support/any-row.ts'
import { batchOf } from '../support/batch-of.ts'
import { assertProperty } from '../support/property.ts'

const Row = record('Row', {
  flag: boolean(),
  code: nullable(int()),
  count: long(),
  exact: nullable(bigint()),
  small: float(),
  value: nullable(double()),
  text: string(),
  note: nullable(string()),
  raw: bytes(),
  price: nullable(decimal(12, 3)),
  shade: oneOf('Shade', ['light', 'dark']),
  point: vector(3),
  where: nullable(vector(2)),
  list: array(nullable(string())),
  deep: nullable(record('Deep', { a: nullable(int()), b: array(long()) })),
})

const rowsOf = (columns: readonly Parameters<typeof readValue>[1][], count: number) =>
  Array.from({ length: count }, (_, row) =>
    Row.names.map((name, k) => readValue(Row.fields[name]!, columns[k]!, row)),
  )

const columnsOf = (batch: Batch) => Row.names.map((_, k) => batch.column(k))

test('gives back the rows that it was given, also from a checkpoint, whatever came and went between', async () => {
  const steps = fc.array(fc.tuple(anyRows(Row), fc.nat(9)), { maxLength: 8 })
  const property = fc.asyncProperty(steps, async some => {
    const arena = new BatchArena()
    const store = new RowStore(Row, Row.names)
    const held = new Map<number, unknown>()
    for (const [rows, drops] of some) {
      const batch = batchOf(Row, rows, arena)
      const slots = new Int32Array(rows.length)
      const order = Int32Array.from(rows.keys())
      store.add(batch, order, rows.length, slots)
      const values = rowsOf(columnsOf(batch), rows.length)
      slots.forEach((slot, row) => {
        assert.ok(!held.has(slot))
        held.set(slot, values[row])
      })
      for (const slot of [...held.keys()].slice(0, drops)) {
        store.drop(slot)
        held.delete(slot)
      }
    }
    const slots = Int32Array.from(held.keys())
    const writer = new StateWriter()
    writer.table('rows', slots.length)
    store.write(writer, slots, slots.length)
    const restored = new RowStore(Row, Row.names)
    const again = restored.read(new StateReader(writer.finish()).table('rows')!)
    const taken = (from: RowStore, at: Int32Array) =>
      rowsOf(
        Row.names.map((_, k) => from.take(k, at, at.length, arena)),
        at.length,
      )
    assert.deepEqual(taken(store, slots), [...held.values()])
    assert.deepEqual(taken(restored, again), [...held.values()])
    store.release()
    restored.release()
    arena.close()
  })
  await assertProperty(property, 60)
})

test('a slot of -1 is a null', () => {
  const arena = new BatchArena()
  const store = new RowStore(Row, ['count', 'text', 'list', 'exact'])
  const slots = Int32Array.of(-1, -1)
  for (const [k, name] of ['count', 'text', 'list', 'exact'].entries()) {
    const column = store.take(k, slots, 2, arena, true)
    assert.deepEqual(
      [0, 1].map(row => readValue(Row.fields[name]!, column, row)),
      [null, null],
    )
  }
})

test('columns of several batches interleave', async () => {
  const property = fc.asyncProperty(
    anyRows(Row),
    anyRows(Row),
    fc.array(fc.tuple(fc.nat(1), fc.nat(7)), { maxLength: 12 }),
    async (first, second, wanted) => {
      const arena = new BatchArena()
      const both = [first, second]
      const places = wanted.filter(([part, row]) => row < both[part]!.length)
      const columns = both.map(rows => columnsOf(batchOf(Row, rows, arena)))
      const all = columns.map((list, part) => rowsOf(list, both[part]!.length))
      const asked = {
        parts: Int32Array.from(places, ([part]) => part),
        rows: Int32Array.from(places, ([, row]) => row),
        count: places.length,
      }
      const merged = Row.names.map((_, k) =>
        interleave(
          columns.map(list => list[k]!),
          asked,
          arena,
        ),
      )
      assert.deepEqual(
        rowsOf(merged, places.length),
        places.map(([part, row]) => all[part]![row]),
      )
      arena.close()
    },
  )
  await assertProperty(property, 60)
})
