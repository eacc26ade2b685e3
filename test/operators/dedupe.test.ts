import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { job, late, long, record, sink, source, string, timestamp, topic } from '../../engine/index.ts'
import { dedupe, filter } from '../../operators/index.ts'
import { testJob } from '../../testing/test-job.ts'
import { checkCuts } from '../support/operator-cases.ts'
import { assertProperty } from '../support/property.ts'

const within = 10
const lateness = 7
const Order = record('Order', { at: timestamp(), id: string(), part: long() })
type AnyOrder = { at: number; id: string; part: number }
const orders = topic('orders', Order, { time: 'at', lateness })
const unique = topic('unique', Order)
const missed = topic('missed', Order)

const deduped = (by: 'id' | 'part' | readonly ('id' | 'part')[], reach = within) =>
  job('deduped', () => {
    const rows = source('orders', orders)
    rows.pipe(dedupe('once', { by, within: reach }), sink('unique', unique))
    late('once', rows).pipe(sink('missed', missed))
  })

/** Each row is compared with all that have passed before. */
function naive(rows: readonly AnyOrder[], keyOf: (row: AnyOrder) => unknown) {
  const passed: AnyOrder[] = []
  const missing: AnyOrder[] = []
  let watermark = Number.NEGATIVE_INFINITY
  for (const row of rows) {
    watermark = Math.max(watermark, row.at - lateness)
    const repeats = (other: AnyOrder) => keyOf(other) === keyOf(row) && Math.abs(other.at - row.at) <= within
    if (row.at + within < watermark) missing.push(row)
    else if (!passed.some(repeats)) passed.push(row)
  }
  return { unique: passed, missed: missing }
}

const anyOrder = fc.record(
  { at: fc.nat(70), id: fc.constantFrom('', 'a', 'bé'), part: fc.constantFrom(0, 1) },
  { noNullPrototype: true },
)

const keys = [
  { by: 'id', keyOf: (row: AnyOrder) => row.id },
  { by: 'part', keyOf: (row: AnyOrder) => row.part },
  { by: ['id', 'part'], keyOf: (row: AnyOrder) => `${row.part} ${row.id}` },
] as const

for (const { by, keyOf } of keys) {
  test(`by ${by}: the first row of a key passes, those near it in time do not`, async () => {
    const property = fc.asyncProperty(fc.array(anyOrder, { maxLength: 50 }), async rows => {
      await checkCuts(deduped(by), { orders: rows }, naive(rows, keyOf), { runs: 3, advanceTo: 1000 })
    })
    await assertProperty(property, 12)
  })
}

const at = (...times: number[]) => times.map(time => ({ at: time, id: 'a', part: 1 }))

test('exactly `within` apart is a repetition, whichever came first', async () => {
  await checkCuts(deduped('id'), { orders: at(20, 10, 30, 31) }, { unique: at(20, 31), missed: [] })
})

test('what does not pass does not hold back what comes after it', async () => {
  await checkCuts(deduped('id'), { orders: at(0, 8, 16, 24) }, { unique: at(0, 16), missed: [] })
})

test('a row that cannot be judged any more is late', async () => {
  await checkCuts(deduped('id'), { orders: at(100, 83, 82) }, { unique: at(100, 83), missed: at(82) })
})

test('no rows, no output', async () => {
  await checkCuts(deduped('id'), { orders: [] }, { unique: [], missed: [] }, { runs: 1, advanceTo: 100 })
})

test('an error upstream fails the job', async () => {
  const failing = job('failing', () => {
    source('orders', orders).pipe(
      filter(row => {
        if (row.part === 1) throw new Error('broken')
        return true
      }),
      dedupe('once', { by: 'id', within }),
      sink('unique', unique),
    )
  })
  const driver = testJob(failing).push('orders', at(1))
  await assert.rejects(driver.output('unique'), /HR_LAMBDA_THREW.*broken/)
})

test('another `within` does not fit the stored state', async () => {
  const driver = testJob(deduped('id')).push('orders', at(1))
  await assert.rejects(driver.restart(deduped('id', 11)).output('unique'), /HR_STATE_INCOMPATIBLE/)
})

test('`within` has to be a time', () => {
  assert.throws(
    () => dedupe<AnyOrder, 'id'>('once', { by: 'id', within: 0 }),
    /HR_CONFIG_INVALID.*within of "once"/,
  )
})
