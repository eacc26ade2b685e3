import assert from 'node:assert/strict'
import { test } from 'node:test'
import { plan } from '../../engine/graph/plan.ts'
import type { Job, ParameterValue } from '../../engine/index.ts'
import {
  job,
  long,
  param,
  record,
  sink,
  source,
  timestamp,
  topic,
  withParameters,
} from '../../engine/index.ts'
import { filter, tumbling } from '../../operators/index.ts'

const Event = record('Event', { ts: timestamp(), user: long() })
const events = topic('in', Event, { time: 'ts', lateness: '2s', key: 'user' })

/** A job that asks for what it is told to ask for. */
function asking(ask: () => void): Job {
  return job('asking', () => {
    ask()
    source('in', events).pipe(sink('out', topic('out', Event)))
  })
}

/** What the job is given for one parameter. */
function given<V extends ParameterValue>(ask: () => V, values: Record<string, ParameterValue>): V {
  let found: V | undefined
  plan(
    withParameters(
      asking(() => {
        found = ask()
      }),
      values,
    ),
  )
  return found as V
}

test('a parameter gives its fallback, or what is set, in the type of the fallback', () => {
  assert.equal(
    given(() => param('n', 5), {}),
    5,
  )
  assert.equal(
    given(() => param('n', 5), { n: '0.25' }),
    0.25,
  )
  assert.equal(
    given(() => param('n', 5), { n: -1e3 }),
    -1000,
  )
  assert.equal(
    given(() => param('on', false), { on: 'true' }),
    true,
  )
  assert.equal(
    given(() => param('on', true), { on: false }),
    false,
  )
  assert.equal(
    given(() => param('kind', 'view'), { kind: '5' }),
    '5',
  )
  assert.equal(
    given(() => param('kind', 'view'), { kind: '' }),
    '',
  )
  assert.equal(
    given(() => param('size', '10s'), { size: '250ms' }),
    '250ms',
  )
  assert.equal(
    given(() => param('how', 'fast', { oneOf: ['fast', 'slow'] }), { how: 'slow' }),
    'slow',
  )
  assert.equal(
    given(() => param('share', 0.5, { min: 0, max: 1 }), { share: 1 }),
    1,
  )
})

const misfits: readonly (readonly [string, () => ParameterValue, string, RegExp])[] = [
  ['a number', () => param('x', 5), 'five', /x is "five"; allowed: a number; its parameters are x/],
  ['an empty number', () => param('x', 5), '', /x is "".*a number/],
  ['an infinite number', () => param('x', 5), 'Infinity', /a number/],
  ['a truth', () => param('x', true), 'yes', /x is "yes"; allowed: true, false/],
  ['a duration', () => param('x', '5s'), 'soon', /x is "soon"; allowed: a duration as '250ms'/],
  ['a duration without a unit', () => param('x', '5s'), '5', /allowed: a duration/],
  ['one of some', () => param('x', 'a', { oneOf: ['a', 'b'] }), 'c', /x is "c"; allowed: a, b/],
  ['too little', () => param('x', 1, { min: 0 }), '-1', /allowed: a number, at least 0;/],
  ['too much', () => param('x', 1, { min: 0, max: 2 }), '2.5', /allowed: a number, at least 0, at most 2;/],
]

for (const [what, ask, x, message] of misfits) {
  test(`a value that does not fit says what is allowed: ${what}`, () => {
    assert.throws(
      () => given(ask, { x }),
      error => /HR_PARAMETER_INVALID/.test(String(error)) && message.test(String(error)),
    )
  })
}

test('what does not fit is told with all names that the job has, also of those that it asks for later', () => {
  const two = () => {
    const first = param('first', 1)
    param('second', 2)
    return first
  }
  assert.throws(() => given(two, { first: 'x' }), /first is "x"; .*; its parameters are first, second/)
})

test('a name that the job does not ask for is an error that lists those that it has', () => {
  assert.throws(
    () => given(() => param('lateness', '5s'), { latenes: '1s' }),
    /HR_PARAMETER_UNKNOWN: the job has no parameter "latenes"; its parameters are lateness \(job asking\)/,
  )
  assert.throws(
    () =>
      plan(
        withParameters(
          asking(() => {}),
          { any: 1 },
        ),
      ),
    /"any"; it has none/,
  )
  assert.equal(
    given(() => param('toString', 'own'), {}),
    'own',
  )
})

test('the same name twice needs the same fallback', () => {
  const both = (second: number) => () => param('n', 5) + param('n', second)
  assert.equal(given(both(5), { n: 7 }), 14)
  assert.throws(() => given(both(6), {}), /HR_PARAMETER_CONFLICT: "n" is asked for twice.* 5 and 6/)
})

test('a name, a fallback or a call that cannot be', () => {
  assert.throws(() => param('n', 5), /HR_OUTSIDE_JOB: param was called outside/)
  assert.throws(
    () => given(() => param('a=b', 5), {}),
    /HR_CONFIG_INVALID: "a=b" cannot be a parameter's name/,
  )
  assert.throws(() => given(() => param('n', Number.NaN), {}), /HR_CONFIG_INVALID: the fallback of .*NaN/)
  assert.throws(
    () => given(() => param('n', 5, { max: 4 }), {}),
    /the fallback of parameter "n" is 5; .*most 4/,
  )
})

test('a plan lists the parameters; values add up, and the job that they are set on stays as it is', () => {
  const plain = job('windows', () => {
    const size = param('size', '10s')
    source('in', events, { lateness: param('lateness', '2s') }).pipe(
      filter(row => row.user >= 0),
      tumbling('w', { by: 'user', size }, {}),
      sink('out', topic('out', record('Window', { user: long(), windowStart: timestamp() }))),
    )
  })
  const changed = withParameters(withParameters(plain, { size: '1m', lateness: '3s' }), { lateness: '5s' })
  assert.deepEqual(plan(changed).parameters, [
    { name: 'size', value: '1m', fallback: '10s' },
    { name: 'lateness', value: '5s', fallback: '2s' },
  ])
  assert.equal(plan(changed).stages[0].inputs[0].source.latenessMs, 5000)
  assert.equal(plan(plain).stages[0].inputs[0].source.latenessMs, 2000)
})
