import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import fc from 'fast-check'
import { MemoryHome } from '../../connectors/memory/home.ts'
import type { TaskMark } from '../../engine/home.ts'
import { double, job, late, long, record, sink, source, timestamp, topic } from '../../engine/index.ts'
import { limits, setLimits } from '../../engine/limits.ts'
import type { Counts } from '../../engine/progress.ts'
import { ReplayHome } from '../../engine/replay/replay-home.ts'
import { Pace } from '../../engine/replay/rounds/pace.ts'
import { ManualClock, systemClock } from '../../engine/time/clock.ts'
import { count, dedupe, derive, join, repartition, sum, tumbling, union } from '../../operators/index.ts'
import { cutAnew, topicOf } from '../support/memory-runs.ts'
import { assertProperty } from '../support/property.ts'
import type { PlainRecord } from '../support/record-batches.ts'
import { openSplit } from '../support/split-replay.ts'

const Sale = record('Sale', { ts: timestamp(), user: long(), shop: long(), amount: double() })
const timing = { time: 'ts', lateness: 3 } as const
const Total = record('Total', { user: long(), windowStart: timestamp(), amount: double(), n: long() })
const Pair = record('Pair', {
  ts: timestamp(),
  user: long(),
  shop: long(),
  amount: double(),
  other: double(),
})

/** Rows of all tasks come together in each output, in two stages, and what is first there wins. */
const shops = job(
  'shops',
  () => {
    const [sold, back] = [
      source('sold', topic('sold', Sale, timing)),
      source('back', topic('back', Sale, timing)),
    ]
    const all = union(sold, back)
    all.pipe(sink('all', topic('all', Sale, { key: 'shop' })))
    const checked = all.pipe(
      derive({
        amount: double(({ amount }) => {
          if (amount === 3) throw new Error('not three')
          return amount
        }),
      }),
    )
    checked.pipe(
      tumbling('windows', { by: 'user', size: 10 }, { amount: sum('amount'), n: count() }),
      sink('totals', topic('totals', Total, { key: 'n' })),
    )
    late('windows', checked).pipe(sink('missed', topic('missed', Sale, { key: 'shop' })))
    join('pairs', sold, back, {
      by: 'user',
      within: { before: 2, after: 5 },
      take: { other: 'amount' },
    }).pipe(sink('pairs-out', topic('pairs', Pair, { key: 'shop' })))
    checked.pipe(
      repartition('by-shop', { by: 'shop', partitions: 3 }),
      dedupe('once', { by: 'shop', within: 7 }),
      sink('first', topic('first', Sale, { key: 'amount' })),
    )
  },
  { onError: 'reject' },
)
const outputs = ['all', 'totals', 'missed', 'pairs', 'first', 'shops.dead-letter']

type Sold = { readonly ts: number; readonly user: number; readonly shop: number; readonly amount: number }
type History = Readonly<Record<'sold' | 'back', readonly (readonly Sold[])[]>>

interface Way {
  readonly workers: number
  /** Sizes of the batches that the history is cut into. */
  readonly cuts: readonly number[]
  readonly batchRows: number
  readonly commitEveryMs: number
  /** After so many chunks of history it is stopped, and goes on. */
  readonly stops: readonly number[]
  readonly speed: number | undefined
}

interface Cutting {
  readonly roundMs: number
  readonly roundRecords: number
  readonly stretchRecords: number
}

const asIs = { ...limits }
after(() => setLimits(asIs))

function recordsFor(rows: readonly Sold[]): PlainRecord[] {
  return rows.map((row, offset) => ({
    ...{ offset, timestamp: row.ts, key: null, headers: [] },
    value: row.amount === 7 ? '{' : JSON.stringify(row),
  }))
}

async function historyOf(history: History, { cuts }: Way): Promise<MemoryHome> {
  const home = new MemoryHome()
  let next = 0
  for (const [name, partitions] of Object.entries(history)) {
    await home.createTopic(name, partitions.length)
    for (const [index, rows] of partitions.entries()) {
      const partition = home.partition(name, index)
      for (const batch of cutAnew(recordsFor(rows), () => cuts[next++ % cuts.length])) partition.append(batch)
      partition.publish()
    }
  }
  return home
}

/** Stops a run when so many chunks have been read. */
function counted(home: MemoryHome, chunks: number, stop: () => void): MemoryHome {
  let left = chunks
  const { openSource } = home
  home.openSource = async (...args) => {
    const source = await openSource.apply(home, args)
    const { poll } = source
    source.poll = () => {
      if (left-- === 0) stop()
      return poll.call(source)
    }
    return source
  }
  return home
}

async function replayed(history: History, cutting: Cutting, way: Way, marks: readonly TaskMark[]) {
  setLimits({
    batchRows: way.batchRows,
    replayRoundRecords: cutting.roundRecords,
    replayStretchRecords: cutting.stretchRecords,
  })
  const results = new MemoryHome()
  const times = Object.values(history)
    .flat(2)
    .map(({ ts }) => ts)
  let counts: Counts | undefined
  for (const stop of [...way.stops, Number.POSITIVE_INFINITY]) {
    const controller = new AbortController()
    const ranges = new Map(
      Object.entries(history).map(([name, parts]) => [
        name,
        parts.map(rows => ({ from: 0, until: rows.length })),
      ]),
    )
    const past = counted(await historyOf(history, way), stop, () => controller.abort())
    const home = new ReplayHome({ history: past, results, ranges, stopped: controller.signal })
    const clock = way.speed === undefined ? systemClock : new ManualClock()
    const pace = way.speed && new Pace(way.speed, clock, Math.max(...times))
    const options = { home, clock, marks, roundMs: cutting.roundMs, commitEveryMs: way.commitEveryMs }
    const stopped = controller.signal
    const run = await openSplit(shops, way.workers, { ...options, stopped, ...(pace && { pace }) })
    let isOver = false
    const working = run.work(stopped).finally(() => {
      isOver = true
    })
    for (; !isOver && clock instanceof ManualClock; clock.advance(5)) await setImmediate()
    await working
    counts = run.counts()
    await run.close()
  }
  return { counts, ...Object.fromEntries(outputs.map(name => [name, topicOf(results, name)])) }
}

const sold = fc.record({
  ts: fc.nat(12),
  user: fc.nat(3),
  shop: fc.nat(4),
  amount: fc.integer({ min: 1, max: 8 }),
})
const rows = fc
  .array(sold, { maxLength: 30 })
  .map(made => made.map((row, k) => ({ ...row, ts: 1000 + row.ts + k * 2 })))
const anyHistory = fc.integer({ min: 1, max: 3 }).chain(partitions =>
  fc.record({
    sold: fc.array(rows, { minLength: partitions, maxLength: partitions }),
    back: fc.array(rows, { minLength: partitions, maxLength: partitions }),
  }),
)
const anyCutting = fc.record({
  roundMs: fc.constantFrom(1, 5, 20, 1000),
  roundRecords: fc.integer({ min: 2, max: 30 }),
  stretchRecords: fc.integer({ min: 1, max: 8 }),
})
const anyWay = fc.record({
  workers: fc.integer({ min: 1, max: 3 }),
  cuts: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 }),
  batchRows: fc.integer({ min: 1, max: 20 }),
  commitEveryMs: fc.constantFrom(0, 1_000_000),
  stops: fc.array(fc.nat(40), { maxLength: 4 }),
  speed: fc.constantFrom(undefined, 0.5, 10),
})
const plainWay: Way = {
  ...{ workers: 1, cuts: [1000], batchRows: 8192, commitEveryMs: 1_000_000 },
  ...{ stops: [], speed: undefined },
}

/** Inputs of each task fall idle and wake at some places, as a live run might have noted it. */
const anyMarks = fc.array(fc.tuple(fc.nat(9), fc.nat(9), fc.nat(1)), { maxLength: 4 })

function marksFor(
  { sold, back }: History,
  steps: readonly (readonly [number, number, number])[],
): TaskMark[] {
  return sold.flatMap((_, partition) => {
    const places = [0, 0]
    const inputs = [sold[partition], back[partition]]
    return steps.flatMap(([left, right, input]): TaskMark[] => {
      places[0] = Math.min(inputs[0].length, places[0] + left)
      places[1] = Math.min(inputs[1].length, places[1] + right)
      // Who wakes is raised to where the others have got.
      const seen = inputs.flatMap((rows, index) => rows.slice(0, places[index]).map(({ ts }) => ts))
      const place = { task: `0-${partition}`, input, positions: [...places] }
      return [
        { ...place, kind: 'idle', time: 0 },
        { ...place, kind: 'awake', time: Math.max(0, ...seen) - timing.lateness },
      ]
    })
  })
}

test('the same records in the same order, however it is cut, spread, paced, committed and stopped', async () => {
  const property = fc.asyncProperty(
    anyHistory,
    anyCutting,
    anyWay,
    anyMarks,
    async (history, cutting, way, steps) => {
      const marks = marksFor(history, steps)
      const plain = await replayed(history, cutting, plainWay, marks)
      assert.deepEqual(await replayed(history, cutting, way, marks), plain)
      assert.equal(plain.counts?.inputs.sold.read, history.sold.flat().length)
      assert.equal(plain.counts?.inputs.back.read, history.back.flat().length)
    },
  )
  await assertProperty(property, 40)
})
