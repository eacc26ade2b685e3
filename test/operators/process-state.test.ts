import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  array,
  bigint,
  boolean,
  bytes,
  double,
  job,
  long,
  nullable,
  oneOf,
  record,
  sink,
  source,
  string,
  topic,
  vector,
} from '../../engine/index.ts'
import { limits } from '../../engine/limits.ts'
import { process } from '../../operators/index.ts'
import { testJob } from '../../testing/test-job.ts'
import type { AnyClick, AnyOut, Context } from '../support/process-jobs.ts'
import { at, calling, clicks, out, output, report } from '../support/process-jobs.ts'

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
