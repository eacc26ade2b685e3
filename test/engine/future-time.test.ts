import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { job, late, long, record, sink, source, timestamp, topic } from '../../engine/index.ts'
import { limits } from '../../engine/limits.ts'
import { count, tumbling } from '../../operators/index.ts'
import { topicOf } from '../support/memory-runs.ts'
import { assertProperty } from '../support/property.ts'
import type { Cut } from '../support/raw-log.ts'
import { runRaw } from '../support/raw-log.ts'

const maxFuture = 100
const lateness = 5
const Click = record('Click', { at: timestamp(), user: long() })
const clicks = topic('clicks', Click, { time: 'at', lateness, maxFuture })
const Counts = record('Counts', { user: long(), windowStart: timestamp(), windowEnd: timestamp(), n: long() })

const counts = job('counts', () => {
  const rows = source('clicks', clicks)
  rows.pipe(
    tumbling('windows', { by: 'user', size: 10 }, { n: count() }),
    sink('counts', topic('counts', Counts)),
  )
  rows.pipe(sink('kept', topic('kept', Click)))
  late('windows', rows).pipe(sink('late', topic('late', Click)))
})

interface Timed {
  readonly at: number
  readonly recordTime: number
}

/** Which rows pass, row by row as the documentation has it. */
function naive(rows: readonly Timed[]): { kept: number[]; refused: number[] } {
  const kept: number[] = []
  const refused: number[] = []
  let largest: number | undefined
  let ahead = 0
  for (const { at, recordTime } of rows) {
    const limit = (largest ?? recordTime) + maxFuture
    const confirmed = at > limit && ahead >= limits.futureConfirmations
    if (at > limit && !confirmed) {
      refused.push(at)
      ahead++
      continue
    }
    kept.push(at)
    largest = Math.max(largest ?? 0, at)
    ahead = 0
  }
  return { kept, refused }
}

async function outcome(rows: readonly Timed[], cuts: readonly Cut[] = []) {
  const records = rows.map(({ at, recordTime }) => ({
    value: JSON.stringify({ at, user: 1 }),
    timestamp: recordTime,
  }))
  const driver = runRaw(counts, 'clicks', records, cuts)
  await driver
  const all = ['kept', 'late', 'counts', 'counts.dead-letter'].map(name => topicOf(driver.home, name).flat())
  const times = (topic: number) => (all[topic] ?? []).map(({ value }) => JSON.parse(value ?? '').at as number)
  await driver.close()
  return { all, kept: times(0), refused: times(3), late: times(1) }
}

const anyRow = fc.record({
  at: fc.oneof(
    { weight: 4, arbitrary: fc.nat(300) },
    { weight: 3, arbitrary: fc.integer({ min: 5000, max: 5050 }) },
  ),
  recordTime: fc.constantFrom(0, 200, 5000),
})
const anyCuts = fc.array(fc.record({ size: fc.integer({ min: 1, max: 6 }), restart: fc.boolean() }), {
  maxLength: 40,
})

test('what lies too far ahead is judged from the log alone, however it is cut', async () => {
  const property = fc.asyncProperty(fc.array(anyRow, { maxLength: 60 }), anyCuts, async (rows, cuts) => {
    const { kept, refused } = naive(rows)
    const cut = await outcome(rows, cuts)
    assert.deepEqual([cut.kept, cut.refused], [kept, refused])
    assert.deepEqual(cut.all, (await outcome(rows)).all)
  })
  await assertProperty(property, 120)
})

const at = (...times: number[]) => times.map(time => ({ at: time, recordTime: time }))
const far = 1e12

test('one poisoned timestamp closes no window, and makes nothing late', async () => {
  const poisoned = at(1, 2, far, 3, 4, 12, 13)
  const { refused, late: missed, all } = await outcome(poisoned)
  assert.deepEqual([refused, missed, all[2]], [[far], [], []])
})

test('a real gap is passed once enough rows in a row say the same', async () => {
  const gap = limits.futureConfirmations
  const after = Array.from({ length: gap + 3 }, (_, k) => far + k)
  const { refused, kept } = await outcome(at(1, 2, ...after))
  assert.deepEqual(refused, after.slice(0, gap))
  assert.deepEqual(kept, [1, 2, ...after.slice(gap)])
})

test('a row in time between them begins the count anew', async () => {
  const half = new Array(limits.futureConfirmations).fill(far)
  const { kept } = await outcome(at(1, ...half, 2, ...half, 3))
  assert.deepEqual(kept, [1, 2, 3])
})

test('of the first row the timestamp of its record says what is too far', async () => {
  const { refused, kept } = await outcome([
    { at: far, recordTime: 50 },
    { at: 40, recordTime: 51 },
    { at: 60, recordTime: 52 },
  ])
  assert.deepEqual([refused, kept], [[far], [40, 60]])
})

test('hours pass by default', async () => {
  assert.ok(limits.maxFutureMs >= 3_600_000 * 12)
})
