import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { int, job, long, nullable, sink, source } from '../../engine/index.ts'
import { process } from '../../operators/index.ts'
import { testJob } from '../../testing/test-job.ts'
import { checkCuts } from '../support/operator-cases.ts'
import type { AnyClick, AnyOut, Context } from '../support/process-jobs.ts'
import { at, calling, clicks, lateness, out, output, report } from '../support/process-jobs.ts'
import { assertProperty } from '../support/property.ts'

/** Says hello, counts, reports at round times and after silence; a value of 0 forgets the key. */
const watching = job('watching', () => {
  source('clicks', clicks).pipe(
    process(
      'watch',
      { by: 'user', state: { n: int(), last: nullable(long()) }, output },
      {
        onRow(row, context) {
          const { key, state, time, timers } = context
          if (row.value === 0) return context.clear()
          if (state.last === null) context.emit({ user: key, what: 'hello', time, n: row.value })
          state.n += 1
          state.last = row.value
          timers.at(Math.floor(time / 10) * 10 + 10, 'report')
          if (row.value === 1) timers.delete('silent')
          else timers.at(time + row.value, 'silent')
        },
        onTimer(timer, context) {
          const { key, state, time } = context
          context.emit({ user: key, what: timer.name, time, n: state.n })
          if (timer.name === 'silent') context.clear()
          else if (state.n > 2) context.timers.at(time + 10, 'report')
        },
      },
    ),
    sink('out', out),
  )
})

interface NaiveKey {
  n: number
  last: number | null
  place: number
  timers: Map<string, number>
}

/** The same, a row after the other, with timers looked for among all keys. */
function naive(rows: readonly AnyClick[], end: number): AnyOut[] {
  const made: AnyOut[] = []
  const keys = new Map<string, NaiveKey>()
  let born = 0
  let watermark = Number.NEGATIVE_INFINITY
  const fire = () => {
    for (;;) {
      const due = [...keys].flatMap(([user, key]) =>
        [...key.timers].map(([name, time]) => ({ user, key, name, time })),
      )
      due.sort((a, b) => a.time - b.time || a.key.place - b.key.place || (a.name < b.name ? -1 : 1))
      const [first] = due
      if (first === undefined || first.time > watermark) return
      const { user, key, name, time } = first
      key.timers.delete(name)
      made.push({ user, what: name, time, n: key.n })
      if (name === 'silent') keys.delete(user)
      else if (key.n > 2) key.timers.set('report', time + 10)
    }
  }
  for (const { at, user, value } of rows) {
    const key = keys.get(user) ?? { n: 0, last: null, place: born++, timers: new Map() }
    if (value === 0) keys.delete(user)
    else {
      if (key.last === null) made.push({ user, what: 'hello', time: at, n: value })
      key.n++
      key.last = value
      key.timers.set('report', Math.floor(at / 10) * 10 + 10)
      if (value === 1) key.timers.delete('silent')
      else key.timers.set('silent', at + value)
      keys.set(user, key)
    }
    watermark = Math.max(watermark, at - lateness)
    fire()
  }
  watermark = Math.max(watermark, end)
  fire()
  return made
}

const anyClick = fc.record(
  { at: fc.nat(60), user: fc.constantFrom('', 'ann', 'bob'), value: fc.constantFrom(0, 1, 3, 12, 30) },
  { noNullPrototype: true },
)

test('state, timers and rows are as if each row came alone', async () => {
  const property = fc.asyncProperty(fc.array(anyClick, { maxLength: 40 }), async rows => {
    await checkCuts(watching, { clicks: rows }, { out: naive(rows, 200) }, { runs: 3, advanceTo: 200 })
  })
  await assertProperty(property, 25)
})

test('no rows, no calls', async () => {
  await checkCuts(watching, { clicks: [] }, { out: [] }, { runs: 1, advanceTo: 100 })
})

test('a call that throws changes nothing, emits nothing and sets no timer', async () => {
  const onRow = (row: AnyClick, context: Context) => {
    context.state.n += row.value
    report(context, 'row')
    context.timers.at(row.at + 1, String(row.at))
    if (row.value < 0) throw new Error('negative')
  }
  const broken = calling(onRow, (timer, context) => report(context, timer.name), { onError: 'reject' })
  const rows = [5, -1, 7].map((value, time) => ({ at: time, user: 'ann', value }))
  const expected = [
    { user: 'ann', what: 'row', time: 0, n: 5 },
    { user: 'ann', what: 'row', time: 2, n: 12 },
    { user: 'ann', what: '0', time: 1, n: 12 },
    { user: 'ann', what: '2', time: 3, n: 12 },
  ]
  await checkCuts(broken, { clicks: rows }, { out: expected }, { advanceTo: 100 })
  const failing = testJob(calling(onRow, () => {})).push('clicks', rows)
  await assert.rejects(
    failing.output('out'),
    /HR_LAMBDA_THREW.*negative.*step calls, topic clicks, partition 0, offset 1/,
  )
})

test('a timer whose function throws goes to the dead letters, and its key goes on', async () => {
  const onRow = (_: AnyClick, context: Context) => {
    context.state.n += 1
    context.timers.at(context.time + 5, String(context.time))
  }
  const onTimer = (_: unknown, context: Context) => {
    context.state.n += 100
    if (context.time < 10) throw new Error('too early')
    report(context, 'timer')
  }
  const driver = testJob(calling(onRow, onTimer, { onError: 'reject' }))
    .push('clicks', at(0, 20))
    .advanceTo(100)
  assert.deepEqual(await driver.output('out'), [{ user: 'ann', what: 'timer', time: 25, n: 102 }])
  assert.equal(await driver.deadLetters(), 1)
  await driver.close()
})

test('timers by the time of day fire once it has come, also after a restart', async () => {
  const onRow = (_: AnyClick, context: Context) => {
    context.state.n += 1
    context.timers.after(100, 'after')
    context.timers.atClock(50, 'at')
  }
  const timed = calling(onRow, (timer, context) => report(context, timer.name), { timeOfDay: true })
  const driver = testJob(timed).push('clicks', at(7)).advanceClock(40)
  assert.deepEqual(await driver.output('out'), [])
  driver.restart().advanceClock(10)
  assert.deepEqual(await driver.output('out'), [{ user: 'ann', what: 'at', time: 7, n: 1 }])
  driver.restart().advanceClock(60)
  assert.deepEqual(await driver.output('out'), [{ user: 'ann', what: 'after', time: 7, n: 1 }])
  await driver.close()
})
