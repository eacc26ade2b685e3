import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { partitionOf } from '../../engine/codec/murmur2.ts'
import {
  isHeadraceError,
  job,
  late,
  long,
  record,
  sink,
  source,
  string,
  timestamp,
  topic,
} from '../../engine/index.ts'
import { count, filter, repartition, tumbling } from '../../operators/index.ts'
import { testJob } from '../../testing/index.ts'
import { topicOf } from '../support/memory-runs.ts'
import { assertProperty } from '../support/property.ts'

const lateness = 5
const Click = record('Click', { at: timestamp(), user: string(), item: long() })
const clicks = topic('clicks', Click, { time: 'at', lateness, idleAfter: 1000 })
const Counts = record('Counts', { item: long(), windowStart: timestamp(), windowEnd: timestamp(), n: long() })

const perItem = job('per-item', () => {
  const byItem = source('clicks', clicks).pipe(
    filter(row => row.user !== 'bot'),
    repartition('by-item', { by: 'item', partitions: 3 }),
  )
  byItem.pipe(
    tumbling('windows', { by: 'item', size: 10 }, { n: count() }),
    sink('counts', topic('counts', Counts)),
  )
  byItem.pipe(sink('moved', topic('moved', Click)))
  late('windows', byItem).pipe(sink('missed', topic('missed', Click)))
})

interface Row {
  readonly at: number
  readonly user: string
  readonly item: number
}
const partitions = 2
const anyRow = fc.record({ at: fc.nat(80), user: fc.constantFrom('ann', 'bot'), item: fc.nat(5) })
const anyPush = fc.record({
  to: fc.nat(partitions - 1),
  rows: fc.array(anyRow, { minLength: 1, maxLength: 6 }),
  after: fc.constantFrom('nothing', 'nothing', 'restart', 'wait'),
})

const text = (row: unknown) => JSON.stringify(Object.entries(row as object).sort())
const asSet = (rows: readonly unknown[]) => rows.map(text).sort()

/** Each row is judged against the watermark of the partition that it was written to. */
function naive(byPartition: readonly (readonly Row[])[]): { counts: object[]; missed: Row[]; moved: Row[] } {
  const windows = new Map<string, { item: number; windowStart: number; n: number }>()
  const [missed, moved]: [Row[], Row[]] = [[], []]
  for (const rows of byPartition) {
    let watermark = Number.NEGATIVE_INFINITY
    for (const row of rows) {
      watermark = Math.max(watermark, row.at - lateness)
      if (row.user === 'bot') continue
      moved.push(row)
      const windowStart = Math.floor(row.at / 10) * 10
      if (windowStart + 10 <= watermark) {
        missed.push(row)
        continue
      }
      const key = `${row.item} ${windowStart}`
      const window = windows.get(key) ?? { item: row.item, windowStart, n: 0 }
      window.n++
      windows.set(key, window)
    }
  }
  const counts = [...windows.values()].map(window => ({ ...window, windowEnd: window.windowStart + 10 }))
  return { counts, missed, moved }
}

test('rows keep time and lateness of their origin, however origins are interleaved, cut and restarted', async () => {
  const property = fc.asyncProperty(fc.array(anyPush, { maxLength: 14 }), async pushes => {
    const driver = testJob(perItem, { partitions })
    for (const { to, rows, after } of pushes) {
      driver.push('clicks', rows, { partition: to })
      if (after === 'restart') driver.restart()
      if (after === 'wait') driver.advanceClock(10)
    }
    driver.advanceClock(2000).advanceClock(2000).advanceClock(2000)
    const byPartition = Array.from({ length: partitions }, (_, partition) =>
      pushes.filter(({ to }) => to === partition).flatMap(({ rows }) => rows),
    )
    const expected = naive(byPartition)
    for (const name of ['moved', 'missed', 'counts'] as const) {
      assert.deepEqual(asSet(await driver.output(name)), asSet(expected[name]), name)
    }
    await driver.close()
  })
  await assertProperty(property, 30)
})

test('equal keys come together, in the partition that Kafka would choose', async () => {
  const driver = testJob(perItem, { partitions })
  const rows = Array.from({ length: 60 }, (_, at) => ({ at, user: 'ann', item: at % 11 }))
  driver.push('clicks', rows, { partition: 0 }).push('clicks', rows, { partition: 1 })
  await driver
  topicOf(driver.home, 'moved').forEach((records, partition) => {
    for (const { value } of records) {
      const key = Buffer.from(String(JSON.parse(value ?? '').item))
      assert.equal(partitionOf(key, 0, key.length, 3), partition)
    }
  })
  assert.equal(topicOf(driver.home, 'moved').flat().length, 120)
  await driver.close()
})

test('an origin that has fallen idle holds no window back; what it brings later is judged where the others are', async () => {
  const driver = testJob(perItem, { partitions })
  const row = (at: number) => ({ at, user: 'ann', item: 1 })
  driver.push('clicks', [row(1)], { partition: 0 }).push('clicks', [row(2), row(40)], { partition: 1 })
  assert.deepEqual(await driver.output('counts'), [])
  driver
    .advanceClock(600)
    .push('clicks', [row(41)], { partition: 1 })
    .advanceClock(600)
  assert.deepEqual(await driver.output('counts'), [{ item: 1, windowStart: 0, windowEnd: 10, n: 2 }])
  driver.push('clicks', [row(3)], { partition: 0 })
  assert.deepEqual(await driver.output('missed'), [row(3)])
  await driver.close()
})

test('a number of partitions that cannot be is refused', () => {
  for (const count of [0, -1, 1.5, 1e6]) {
    const refused = (error: unknown) => isHeadraceError(error, 'HR_CONFIG_INVALID')
    assert.throws(() => repartition('by', { by: 'item' as never, partitions: count }), refused)
  }
})
