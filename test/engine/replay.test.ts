import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { MemoryHome } from '../../connectors/memory/home.ts'
import type { Job } from '../../engine/index.ts'
import {
  double,
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
import { JobRun } from '../../engine/run.ts'
import { count, repartition, sum, tumbling, union } from '../../operators/index.ts'
import { testJob } from '../../testing/index.ts'
import { copyOf, replay, topicOf } from '../support/memory-runs.ts'
import { assertProperty } from '../support/property.ts'
import { Pulse, pulse } from '../support/pulse.ts'
import { randomFrom } from '../support/random.ts'

const Click = record('Click', { at: timestamp(), user: string(), value: long() })
const timing = { time: 'at', lateness: 5, idleAfter: 40 } as const
const [left, right] = [topic('left', Click, timing), topic('right', Click, timing)]
const Stats = record('Stats', {
  user: string(),
  windowStart: timestamp(),
  windowEnd: timestamp(),
  n: long(),
  total: double(),
})
const stats = topic('stats', Stats, { key: 'user' })
const pulses = topic('pulses', Pulse)
const missed = topic('missed', Click)

const one = job('one', () => {
  const rows = source('left', left)
  rows.pipe(
    tumbling('windows', { by: 'user', size: 10 }, { n: count(), total: sum('value') }),
    sink('stats', stats),
  )
  rows.pipe(pulse('pulse', 30), sink('pulses', pulses))
  late('windows', rows).pipe(sink('missed', missed))
})

const two = job('two', () => {
  const rows = union(source('left', left), source('right', right))
  rows.pipe(
    tumbling('windows', { by: 'user', size: 10 }, { n: count(), total: sum('value') }),
    sink('stats', stats),
  )
  rows.pipe(pulse('pulse', 30), sink('pulses', pulses))
  late('windows', rows).pipe(sink('missed', missed))
})

type Event =
  | { readonly rows: readonly { at: number; user: string; value: number }[]; readonly to: 'left' | 'right' }
  | { readonly wait: number }
  | { readonly restart: true }

const anyRow = fc.record(
  { at: fc.nat(150), user: fc.constantFrom('ann', 'bob'), value: fc.integer({ min: -9, max: 9 }) },
  { noNullPrototype: true },
)
const anyEvent: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      rows: fc.array(anyRow, { minLength: 1, maxLength: 4 }),
      to: fc.constantFrom('left', 'right'),
    }),
  },
  { weight: 3, arbitrary: fc.record({ wait: fc.constantFrom(1, 10, 35, 50) }) },
  { weight: 1, arbitrary: fc.constant({ restart: true } as const) },
)

async function live(of: Job, inputs: readonly string[], events: readonly Event[]): Promise<MemoryHome> {
  const driver = testJob(of)
  for (const event of events) {
    if ('wait' in event) driver.advanceClock(event.wait)
    else if ('restart' in event) driver.restart()
    else driver.push(inputs.includes(event.to) ? event.to : 'left', event.rows)
  }
  await driver
  await driver.close()
  return driver.home
}

const outputs = ['stats', 'pulses', 'missed']

function repeats(of: Job, inputs: readonly string[], arrange: (records: unknown[]) => unknown) {
  return fc.asyncProperty(fc.array(anyEvent, { maxLength: 25 }), fc.nat(), async (events, seed) => {
    const lived = await live(of, inputs, events)
    const random = randomFrom(seed)
    const longest = 1 + Math.floor(random() * 12)
    const again = await copyOf(lived, inputs, () => 1 + Math.floor(random() * longest))
    const marks = lived.marks.get(of.name) ?? []
    await replay(of, again, marks, () => random() < 0.2)
    for (const output of outputs) {
      const [expected, actual] = [lived, again].map(home => arrange(topicOf(home, output).flat()))
      assert.deepEqual(actual, expected, output)
    }
    assert.deepEqual(again.marks.get(of.name) ?? [], marks)
  })
}

test('a replay with the marks gives what the live run gave, byte for byte', async () => {
  await assertProperty(
    repeats(one, ['left'], records => records),
    80,
  )
})

test('several inputs: a replay gives the same rows, whatever the batches and the order of reading', async () => {
  const arrange = (records: unknown[]) =>
    records.map(row => JSON.stringify({ ...(row as object), offset: 0 })).sort()
  await assertProperty(repeats(two, ['left', 'right'], arrange), 80)
})

test('marks behind a repartition are refused', async () => {
  const staged = job('staged', () => {
    source('left', left).pipe(repartition('by-user', { by: 'user' }), sink('out', topic('out', Click)))
  })
  const driver = testJob(staged)
  await driver
  const marks = [{ task: '1-0', kind: 'time', input: 0, positions: [0], time: 1 }] as const
  const refused = (error: unknown) => isHeadraceError(error, 'HR_REPLAY_MARKS')
  await assert.rejects(JobRun.open(staged, { home: driver.home, replay: { marks } }), refused)
  await driver.close()
})
