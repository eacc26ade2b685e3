import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  array,
  bigint,
  boolean,
  bytes,
  double,
  int,
  job,
  long,
  nullable,
  oneOf,
  record,
  sink,
  source,
  string,
  timestamp,
  topic,
  vector,
} from '../../engine/index.ts'
import { limits } from '../../engine/limits.ts'
import type { ProcessContext } from '../../operators/index.ts'
import { process } from '../../operators/index.ts'
import { testJob } from '../../testing/test-job.ts'
import { checkCuts } from '../support/operator-cases.ts'
import { assertProperty } from '../support/property.ts'

const lateness = 4
const Click = record('Click', { at: timestamp(), user: string(), value: long() })
type AnyClick = { at: number; user: string; value: number }
const clicks = topic('clicks', Click, { time: 'at', lateness })
const Out = record('Out', { user: string(), what: string(), time: timestamp(), n: long() })
type AnyOut = { user: string; what: string; time: number; n: number }
const out = topic('out', Out)
const output = { user: string(), what: string(), time: timestamp(), n: long() }

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

const at = (...times: number[]) => times.map(time => ({ at: time, user: 'ann', value: 1 }))

test('no rows, no calls', async () => {
  await checkCuts(watching, { clicks: [] }, { out: [] }, { runs: 1, advanceTo: 100 })
})

type Context = ProcessContext<string, { n: number; list: readonly number[] }, AnyOut>

/** A process step of which only the functions matter. */
const calling = (
  onRow: (row: AnyClick, context: Context) => void,
  onTimer?: (timer: { name: string; time: number }, context: Context) => void,
  { onError = 'fail', timeOfDay = false }: { onError?: 'fail' | 'reject'; timeOfDay?: boolean } = {},
) =>
  job(
    'calling',
    () => {
      const options = { by: 'user', state: { n: long(), list: array(long()) }, output, timeOfDay } as const
      const functions = onTimer === undefined ? { onRow } : { onRow, onTimer }
      source('clicks', clicks).pipe(process('calls', options, functions), sink('out', out))
    },
    { onError },
  )

const report = (context: Context, what: string) =>
  context.emit({ user: context.key, what, time: context.time, n: context.state.n })

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

const misuses: [string, RegExp, Parameters<typeof calling>][] = [
  ['the time of day without the option', /timeOfDay: true/, [(_, { timers }) => timers.after(1), () => {}]],
  ['a timer without onTimer', /no onTimer/, [(_, { timers }) => timers.at(1)]],
  ['a timer at no time', /set to NaN/, [(_, { timers }) => timers.at(Number.NaN), () => {}]],
  [
    'a timer that sets itself for ever',
    /later than that/,
    [(_, { timers }) => timers.at(1), (timer, { timers }) => timers.at(timer.time)],
  ],
  [
    'a value that does not fit the state',
    /HR_VALUE_UNENCODABLE.*"n"/,
    [
      (_, { state }) => {
        state.n = 0.5
      },
    ],
  ],
  [
    'a row that does not fit the output',
    /HR_VALUE_UNENCODABLE.*"what"/,
    [(_, context) => context.emit({ user: 'ann' } as AnyOut)],
  ],
  ['a list changed in place', /HR_LAMBDA_THREW/, [(_, { state }) => (state.list as number[]).push(1)]],
  [
    'too many timers',
    /more than 1000 timers/,
    [
      (_, { timers }) => {
        for (let k = 0; k <= limits.timersPerKey; k++) timers.at(k, String(k))
      },
      () => {},
    ],
  ],
]
for (const [what, message, functions] of misuses) {
  test(`${what} is an error of the call`, async () => {
    const driver = testJob(calling(...functions))
      .push('clicks', at(0))
      .advanceTo(100)
    await assert.rejects(driver.output('out'), message)
  })
}

test('a context kept beyond its call cannot be used', async () => {
  let kept: Context | undefined
  const driver = testJob(calling((_, context) => void (kept = context))).push('clicks', at(0))
  await driver
  assert.throws(() => kept?.clear(), /after its call has returned/)
  assert.throws(() => kept?.emit({ user: '', what: '', time: 0, n: 0 }), /after its call has returned/)
  await driver.close()
})

test('a state that has no obvious beginning has to say one', () => {
  const unclear = job('unclear', () => {
    const state = { mood: oneOf('Mood', ['good', 'bad']) }
    source('clicks', clicks).pipe(
      process('calls', { by: 'user', state, output }, { onRow: () => {} }),
      sink('out', out),
    )
  })
  return assert.rejects(testJob(unclear).output('out'), /HR_CONFIG_INVALID.*"mood" is enum/)
})

const Point = record('Point', { x: double(), tags: array(string()) })
const rich = {
  flag: boolean({ default: true }),
  big: bigint(),
  ratio: double({ default: Number.NaN }),
  maybe: nullable(double()),
  raw: bytes({ default: new Uint8Array() }),
  mood: oneOf('Mood', ['good', 'bad'], { default: 'good' }),
  point: nullable(Point),
  near: nullable(vector(2)),
  all: array(nullable(double())),
}
const seen = {
  user: string(),
  flag: boolean(),
  big: bigint(),
  ratio: double(),
  maybe: nullable(double()),
  raw: bytes(),
  mood: string(),
  point: nullable(Point),
  near: nullable(vector(2)),
  all: array(nullable(double())),
}

test('state of every type comes back from a checkpoint as it was', async () => {
  const remembering = job('remembering', () => {
    source('clicks', clicks).pipe(
      process(
        'remember',
        { by: ['user', 'value'], state: rich, output: seen },
        {
          onRow(row, context) {
            const { key, state } = context
            if (row.at > 0) return context.emit({ user: key.user, ...state })
            state.flag = false
            state.big = 2n ** 60n
            state.ratio = -0
            state.maybe = Number.NEGATIVE_INFINITY
            state.raw = Uint8Array.of(1, 255)
            state.mood = 'bad'
            state.point = { x: Number.NaN, tags: ['é', ''] }
            state.near = Float32Array.of(0.1, -0)
            state.all = [null, 0.1, -0]
          },
        },
      ),
      sink('seen', topic('seen', record('Seen', seen), { format: 'avro' })),
    )
  })
  const straight = testJob(remembering).push('clicks', at(0, 1))
  const restored = testJob(remembering).push('clicks', at(0)).restart().push('clicks', at(1))
  const [row] = await restored.output('seen')
  assert.deepEqual([row], await straight.output('seen'))
  assert.deepEqual(row, {
    user: 'ann',
    flag: false,
    big: 2n ** 60n,
    ratio: -0,
    maybe: Number.NEGATIVE_INFINITY,
    raw: Uint8Array.of(1, 255),
    mood: 'bad',
    point: { x: Number.NaN, tags: ['é', ''] },
    near: Float32Array.of(0.1, -0),
    all: [null, 0.1, -0],
  })
  await straight.close()
  await restored.close()
})

test('a changed job keeps the fields that stay, new ones begin anew', async () => {
  const counting = (state: object) =>
    job('counting', () => {
      const onRow = (_: AnyClick, context: Context) => {
        context.state.n += 1
        report(context, String(context.state.list))
      }
      source('clicks', clicks).pipe(
        process('calls', { by: 'user', state: state as never, output }, { onRow } as never),
        sink('out', out as never),
      )
    })
  const driver = testJob(counting({ n: long(), list: nullable(long()) })).push('clicks', at(0))
  driver.restart(counting({ list: array(long()), n: long() })).push('clicks', at(1))
  const rows = await driver.output<AnyOut>('out')
  assert.deepEqual(
    rows.map(({ n, what }) => [n, what]),
    [
      [1, 'null'],
      [2, ''],
    ],
  )
  await driver.close()
})

test('keys that are cleared leave the state', async () => {
  const passing = calling((row, context) => {
    context.state.n += 1
    if (context.state.n === 2) context.clear()
    report(context, String(row.value))
  })
  const rows = Array.from({ length: 3000 }, (_, i) => ({ at: i, user: `user ${i >> 1}`, value: i }))
  const driver = testJob(passing)
  for (let from = 0; from < rows.length; from += 100) driver.push('clicks', rows.slice(from, from + 100))
  const made = await driver.output<AnyOut>('out')
  assert.deepEqual(
    made.map(({ n }) => n),
    rows.map((_, i) => (i + 1) % 2),
  )
  const run = await driver.inspect()
  const state = run.tasks[0].steps.find(step => step.id === 'calls')?.running?.state as unknown as {
    keys: { size: number }
  }
  assert.ok(state.keys.size < 500, `${state.keys.size} keys are left`)
  await driver.close()
})
