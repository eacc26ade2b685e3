import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { BytesColumn } from '../../engine/batch/columns.ts'
import type { Schema } from '../../engine/batch/schema.ts'
import type { Job } from '../../engine/index.ts'
import {
  array,
  double,
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
import { KeySpace } from '../../engine/state/keys/key-space.ts'
import { Accumulator } from '../../operators/aggregates/accumulator.ts'
import type { Aggregate } from '../../operators/index.ts'
import { count, max, session, sum, union } from '../../operators/index.ts'
import { SessionTable } from '../../operators/session/session-table.ts'
import { testJob } from '../../testing/test-job.ts'
import { naiveSessions, seenRows } from '../support/naive-sessions.ts'
import { checkCuts } from '../support/operator-cases.ts'
import { assertProperty } from '../support/property.ts'

const gap = 5
const lateness = 3
const Click = record('Click', { at: timestamp(), user: string(), value: double() })
const Visit = record('Visit', {
  user: string(),
  windowStart: timestamp(),
  windowEnd: timestamp(),
  n: long(),
  total: double(),
  values: array(double()),
})
const clicks = topic('clicks', Click, { time: 'at', lateness })
const others = topic('others', Click, { time: 'at', lateness: 8 })
const visits = topic('visits', Visit)
const missed = topic('missed', Click)
type AnyClick = { at: number; user: string; value: number }

const values: Aggregate<AnyClick, readonly number[]> = {
  bind: () => ({
    name: 'values',
    inputs: [{ kind: 'value', of: 'value' }],
    fold: {
      kind: 'object',
      init: (): number[] => [],
      add: (list: number[], value: number) => [...list, value],
      merge: (list: number[], other: number[]) => [...list, ...other],
      result: (list: number[]) => list.toSorted((a, b) => a - b),
      save: (list: number[]) => list,
      load: (saved: unknown) => saved as number[],
    },
    field: array(double()),
  }),
}

const aggregates = { n: count<AnyClick>(), total: sum<AnyClick>('value'), values }

const one = job('one', () => {
  const rows = source('clicks', clicks)
  rows.pipe(session('sessions', { by: 'user', gap }, aggregates), sink('visits', visits))
  late('sessions', rows).pipe(sink('missed', missed))
})

const both = job('both', () => {
  const rows = union(source('clicks', clicks), source('others', others))
  rows.pipe(session('sessions', { by: 'user', gap }, aggregates), sink('visits', visits))
  late('sessions', rows).pipe(sink('missed', missed))
})

const anyClick = fc.record(
  { at: fc.nat(60), user: fc.constantFrom('', 'ann', 'bob'), value: fc.integer({ min: -99, max: 99 }) },
  { noNullPrototype: true },
)

function visit(rows: readonly AnyClick[]) {
  const times = rows.map(row => row.at)
  const numbers = rows.map(row => row.value)
  return {
    user: rows[0].user,
    windowStart: Math.min(...times),
    windowEnd: Math.max(...times),
    n: rows.length,
    total: numbers.reduce((a, b) => a + b, 0),
    values: numbers.toSorted((a, b) => a - b),
  }
}

test('rows with no more than the gap between them make a session, in any order', async () => {
  const property = fc.asyncProperty(fc.array(anyClick, { maxLength: 40 }), async rows => {
    const { sessions, late: missing } = naiveSessions(seenRows(rows, lateness), gap)
    const expected = { visits: sessions.map(visit), missed: missing }
    await checkCuts(one, { clicks: rows }, expected, { runs: 3, advanceTo: 1000 })
  })
  await assertProperty(property, 15)
})

test('several inputs: how they are interleaved changes nothing', async () => {
  const clicksOf = fc.array(anyClick, { maxLength: 20 })
  const property = fc.asyncProperty(clicksOf, clicksOf, async (a, b) => {
    const rows = [...seenRows(a, lateness), ...seenRows(b, 8)]
    const { sessions, late: missing } = naiveSessions(rows, gap)
    const expected = { visits: sessions.map(visit), missed: missing }
    await checkCuts(both, { clicks: a, others: b }, expected, { runs: 4, advanceTo: 1000 })
  })
  await assertProperty(property, 10)
})

const at = (...times: number[]) => times.map(time => ({ at: time, user: 'ann', value: 1 }))

test('exactly the gap apart is one session, a millisecond more is two', async () => {
  const rows = at(0, 5, 11)
  const expected = [visit(at(0, 5)), visit(at(11))]
  await checkCuts(one, { clicks: rows }, { visits: expected, missed: [] }, { advanceTo: 1000 })
})

test('a session closes when no row in time can join it any more', async () => {
  const driver = testJob(one).push('clicks', at(0))
  assert.equal((await driver.advanceTo(5).output('visits')).length, 0)
  assert.deepEqual(await driver.advanceTo(6).output('visits'), [visit(at(0))])
  await driver.close()
})

test('a row between two sessions makes them one', async () => {
  const rows = at(0, 8, 4)
  await checkCuts(one, { clicks: rows }, { visits: [visit(rows)], missed: [] }, { advanceTo: 1000 })
})

test('a late row is late, even where a session spans it', async () => {
  const rows = at(0, 5, 10, 15, 1)
  const expected = { visits: [visit(at(0, 5, 10, 15))], missed: at(1) }
  await checkCuts(one, { clicks: rows }, expected, { advanceTo: 1000 })
})

test('no rows, no output', async () => {
  await checkCuts(one, { clicks: [] }, { visits: [], missed: [] }, { runs: 1, advanceTo: 100 })
})

test('keys without sessions leave the table, the others keep theirs', () => {
  const space = new KeySpace(Click as Schema, 'user', 'step')
  const table = new SessionTable(space, new Accumulator('step', Click as Schema, {}))
  const users = Array.from({ length: 300 }, (_, i) => `user ${i}`)
  const slots = new Int32Array(users.length)
  const keys = () => bytesColumn(users)
  table.insert(keys(), users.length, slots)
  const opened = [...slots].map(slot => table.open(slot, slot, slot, slot + gap, slot))
  for (const visited of opened.slice(0, 290)) table.remove(visited)
  table.compact()
  assert.equal(table.keys.size, 300, 'the next checkpoint has to hear of them')
  table.touched.fill(0)
  for (let more = 0; more < 2; more++) table.compact()
  table.insert(keys(), 0, slots)
  assert.equal(table.keys.size, 300, 'not looked at again before the table has grown')
  const others = Array.from({ length: 300 }, (_, i) => `other ${i}`)
  table.insert(bytesColumn(others), others.length, slots)
  table.compact()
  assert.equal(table.keys.size, 10)
  table.insert(keys(), users.length, slots)
  const found = [...slots].slice(290).map(slot => table.newest[slot])
  assert.deepEqual(found, opened.slice(290))
  table.release()
})

function bytesColumn(texts: readonly string[]): BytesColumn {
  const bytes = new TextEncoder().encode(texts.join(''))
  const ends = texts.map((_, i) => texts.slice(0, i + 1).join('').length)
  return new BytesColumn(bytes, Int32Array.from([0, ...ends.slice(0, -1)]), Int32Array.from(ends))
}

const picky = (onError: 'fail' | 'reject'): Job =>
  job(
    'picky',
    () => {
      const total = sum<AnyClick>(row => {
        if (row.value < 0) throw new Error('negative')
        return row.value
      })
      const Sums = record('Sums', {
        user: string(),
        windowStart: timestamp(),
        windowEnd: timestamp(),
        total: double(),
      })
      source('clicks', clicks).pipe(
        session('sessions', { by: 'user', gap }, { total }),
        sink('sums', topic('sums', Sums)),
      )
    },
    { onError },
  )
const mixed = [5, -1, 7].map((value, time) => ({ at: time, user: 'ann', value }))

test('a lambda that throws fails the job at its row', async () => {
  const driver = testJob(picky('fail')).push('clicks', mixed)
  await assert.rejects(
    driver.output('sums'),
    /HR_LAMBDA_THREW.*step sessions, topic clicks, partition 0, offset 1/,
  )
})

test('by policy reject the row counts nowhere', async () => {
  const expected = [{ user: 'ann', windowStart: 0, windowEnd: 2, total: 12 }]
  await checkCuts(picky('reject'), { clicks: mixed }, { sums: expected }, { advanceTo: 100 })
})

test('an impossible gap is refused when the job is built', () => {
  const build = () =>
    session<AnyClick, 'user', Record<string, never>>('sessions', { by: 'user', gap: 'long' as never }, {})
  assert.throws(build, /HR_CONFIG_INVALID.*gap of "sessions"/)
})

function totals(aggregate: Aggregate<AnyClick, number>, gapMs: number): Job {
  const fields = { user: string(), windowStart: timestamp(), windowEnd: timestamp(), n: long() }
  return job('totals', () => {
    source('clicks', clicks).pipe(
      session('sessions', { by: 'user', gap: gapMs }, { n: count(), other: aggregate }),
      sink('out', topic('out', record('Out', { ...fields, other: double() }))),
    )
  })
}

test('a changed job keeps its sessions; an aggregate that is new begins empty', async () => {
  const driver = testJob(totals(max('value'), gap)).push('clicks', at(0, 1))
  driver
    .restart(totals(sum('value'), gap))
    .push('clicks', at(2))
    .advanceTo(100)
  const [row] = await driver.output('out')
  assert.deepEqual(row, { user: 'ann', windowStart: 0, windowEnd: 2, n: 3, other: 1 })
  await driver.close()
})

test('another gap does not fit the stored sessions', async () => {
  const driver = testJob(totals(sum('value'), gap)).push('clicks', at(0, 1))
  await assert.rejects(driver.restart(totals(sum('value'), gap + 1)).output('out'), /HR_STATE_INCOMPATIBLE/)
})
