import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MemoryHome } from '../../connectors/memory/home.ts'
import { job, long, record, sink, source, timestamp, topic } from '../../engine/index.ts'
import { ReplayHome } from '../../engine/replay/replay-home.ts'
import { openRounds } from '../../engine/replay/rounds/open-rounds.ts'
import { Pace } from '../../engine/replay/rounds/pace.ts'
import type { Clock } from '../../engine/time/clock.ts'
import { union } from '../../operators/index.ts'
import { cutAnew, topicOf } from '../support/memory-runs.ts'

const Row = record('Row', { ts: timestamp(), stamp: long() })
const timing = { time: 'ts', lateness: 0 } as const

const passing = job('passing', () => {
  const [left, right] = [
    source('left', topic('left', Row, timing)),
    source('right', topic('right', Row, timing)),
  ]
  union(left, right).pipe(sink('out', topic('out', Row)))
})

const begin = 1_000_000

/** Two topics of two partitions, each of another pace; in one a record is dated far ahead. */
const history = {
  left: [times(50, 20), times(200, 5)],
  right: [times(10, 100), [...times(2, 100), begin + 1e12, ...times(5, 190)]],
}

function times(count: number, everyMs: number): number[] {
  return Array.from({ length: count }, (_, k) => begin + k * everyMs)
}

/** Time goes by while somebody waits; told before it does. */
class PatientClock implements Clock {
  private time = 5000
  private readonly waiting: (elapsed: number) => void

  constructor(waiting: (elapsed: number) => void) {
    this.waiting = waiting
  }

  now(): number {
    return this.time
  }

  async wait(ms: number): Promise<void> {
    this.waiting(this.time - 5000)
    this.time += ms
  }
}

function seenIn(results: MemoryHome): number[] {
  return topicOf(results, 'out')
    .flat()

    .map(({ value }) => JSON.parse(value ?? '').stamp as number)
}

async function replay(results: MemoryHome, waiting: (elapsed: number) => void, stopped: AbortSignal) {
  const home = new MemoryHome()
  for (const [name, partitions] of Object.entries(history)) {
    await home.createTopic(name, partitions.length)
    for (const [index, stamps] of partitions.entries()) {
      const records = stamps.map((timestamp, offset) => {
        return {
          offset,
          timestamp,
          key: null,
          value: JSON.stringify({ ts: begin, stamp: timestamp }),
          headers: [],
        }
      })
      for (const batch of cutAnew(records, () => 7)) home.partition(name, index).append(batch)
      home.partition(name, index).publish()
    }
  }
  const ranges = new Map(
    Object.entries(history).map(([name, parts]) => [
      name,
      parts.map(({ length }) => ({ from: 0, until: length })),
    ]),
  )
  const clock = new PatientClock(waiting)
  const pace = new Pace(10, clock, begin + 1000)
  const options = { marks: [], roundMs: 20, clock, pace, stopped }
  const run = await openRounds(passing, {
    home: new ReplayHome({ history: home, results, ranges, stopped }),
    ...options,
  })
  await run.work(stopped)
  await run.close()
  return clock
}

/** What is before the first that has not come. */
function untilOne(stamps: readonly number[], now: number): readonly number[] {
  const held = stamps.findIndex(stamp => stamp >= now)
  return held < 0 ? stamps : stamps.slice(0, held)
}

const everything = Object.values(history).flat(2).length

test('at ten times the speed all inputs go by one pace, and what has come is to be seen', async () => {
  const results = new MemoryHome()
  const never = new AbortController().signal
  let looks = 0
  const clock = await replay(
    results,
    elapsed => {
      const now = begin + 20 + elapsed * 10
      const seen = seenIn(results).sort((a, b) => a - b)
      const come = Object.values(history)
        .flatMap(parts => parts.flatMap(stamps => untilOne(stamps, now)))
        .sort((a, b) => a - b)
      assert.deepEqual(seen, come)
      looks++
    },
    never,
  )
  assert.equal(seenIn(results).length, everything)
  // A second of the log, of which the first round is there at once.
  assert.equal(clock.now() - 5000, 98)
  assert.equal(looks, 49)
})

test('stopped while it waits, it goes on from there', async () => {
  const results = new MemoryHome()
  for (let attempt = 0; attempt < 3; attempt++) {
    const controller = new AbortController()
    let waits = 0
    await replay(results, () => ++waits === 9 && controller.abort(), controller.signal)
    assert.ok(seenIn(results).length < everything)
  }
  await replay(results, () => {}, new AbortController().signal)
  const whole = new MemoryHome()
  await replay(whole, () => {}, new AbortController().signal)
  assert.deepEqual(topicOf(results, 'out'), topicOf(whole, 'out'))
})

test('a gap of months is waited through in steps that timers can do', () => {
  let time = 0
  const pace = new Pace(1, { now: () => time, wait: async () => {} }, begin + 1e11)
  assert.equal(pace.wait(begin), 0)
  for (let ms = pace.wait(begin + 1e10); ms > 0; ms = pace.wait(begin + 1e10)) {
    assert.ok(ms < 2 ** 31)
    time += ms
  }
  assert.equal(time, 1e10)
})
