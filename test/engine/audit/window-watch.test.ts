import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { WindowWatch } from '../../../engine/audit/window-watch.ts'
import { BatchArena } from '../../../engine/batch/arena.ts'
import type { Batch } from '../../../engine/batch/batch.ts'
import { batchOfRows } from '../../../engine/batch/rows-batch.ts'
import { record, timestamp } from '../../../engine/index.ts'
import { assertProperty } from '../../support/property.ts'

const Row = record('Row', { ts: timestamp() })

function batchAt(times: readonly number[]): Batch {
  const rows = times.map(ts => ({ ts }))
  return batchOfRows(Row, rows, Float64Array.from(times), new BatchArena()) as Batch
}

test('rows are counted in their windows, many or few, in order or not, before 1970 too', async () => {
  const times = fc.array(fc.integer({ min: -300, max: 300 }), { maxLength: 80 })
  const property = fc.property(fc.array(times, { maxLength: 4 }), times, times, (came, late, rejected) => {
    const watch = new WindowWatch({ lengthMs: 7, by: 'window' })
    const expected = new Map<number, number[]>()
    const note = (time: number, what: number) => {
      const start = Math.floor(time / 7) * 7
      const counts = expected.get(start) ?? [0, 0, 0, 0]
      counts[what]++
      expected.set(start, counts)
      return start
    }
    for (const batch of came) {
      watch.took(batchAt(batch))
      for (const time of batch) {
        note(time, 0)
        watch.used(note(time, 1), 1)
      }
    }
    watch.late(batchAt(late))
    for (const time of late) note(time, 2)
    const bad = batchAt(rejected)
    rejected.forEach((time, row) => {
      note(time, 3)
      watch.rejected(bad, row)
    })
    const inOrder = [...expected].sort(([a], [b]) => a - b).map(([start, counts]) => [start, ...counts])
    assert.deepEqual(watch.take(), inOrder)
    assert.deepEqual(watch.take(), [])
  })
  await assertProperty(property)
})

test('where a step does not tell what it has used, that is what is left', () => {
  const watch = new WindowWatch({ lengthMs: 10, by: 'time' })
  watch.took(batchAt([1, 2, 3, 11]))
  watch.late(batchAt([2]))
  watch.rejected(batchAt([3]), 0)
  assert.deepEqual(watch.take(), [
    [0, 3, 1, 1, 1],
    [10, 1, 1, 0, 0],
  ])
})
