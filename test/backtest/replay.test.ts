import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Manifest } from '../../backtest/manifest.ts'
import type { WarmupMemory } from '../../backtest/replay.ts'
import { Replay } from '../../backtest/replay.ts'
import { MemoryHome } from '../../connectors/memory/home.ts'
import { MemoryStores } from '../../connectors/memory/stores.ts'
import { double, features, job, long, record, sink, source, timestamp, topic } from '../../engine/index.ts'
import { RowReader } from '../../engine/io/row-reader.ts'
import { RowWriter } from '../../engine/io/row-writer.ts'
import type { Counts } from '../../engine/progress.ts'
import { JobRun } from '../../engine/run.ts'
import type { Topic } from '../../engine/topic.ts'
import { topicSpec } from '../../engine/topic.ts'
import { count, repartition, select, sum, tumbling } from '../../operators/index.ts'
import { assertProperty } from '../support/property.ts'

const Sale = record('Sale', { ts: timestamp(), user: long(), shop: long(), amount: double() })
const PerUser = record('PerUser', { user: long(), windowStart: timestamp(), sales: long() })
const PerShop = record('PerShop', { shop: long(), windowStart: timestamp(), amount: double() })
const sales = topic('sales', Sale, { time: 'ts', lateness: 3 })
const perUser = topic('per-user', PerUser)
const perShop = topic('per-shop', PerShop)
const totals = features('totals', { entity: 'user', fields: { sales: long() } })

const shops = job('shops', () => {
  const sold = source('in', sales)
  const windows = sold.pipe(tumbling('w', { by: 'user', size: 10 }, { sales: count() }))
  windows.pipe(sink('users-out', perUser))
  windows.pipe(select('user', 'sales'), sink('totals', totals))
  sold.pipe(
    repartition('by-shop', { by: 'shop', partitions: 1 }),
    tumbling('s', { by: 'shop', size: 20 }, { amount: sum('amount') }),
    sink('shops-out', perShop),
  )
})

type Sold = { ts: number; user: number; shop: number; amount: number }

async function historyOf(partitions: readonly (readonly Sold[])[]): Promise<MemoryHome> {
  const home = new MemoryHome()
  await home.createTopic('sales', partitions.length)
  for (const [partition, rows] of partitions.entries()) {
    const append = (_: string, __: number, batch: Uint8Array) =>
      home.partition('sales', partition).append(batch)
    const writer = new RowWriter(topicSpec(sales), 'ts', 1, { append })
    for (let from = 0; from < rows.length; from += 7) {
      writer.write(rows.slice(from, from + 7))
      await writer.flush()
    }
    home.partition('sales', partition).publish()
  }
  return home
}

async function rowsOf<T>(home: MemoryHome, of: Topic<T>): Promise<string[]> {
  const rows: string[] = []
  for (let partition = 0; partition < ((await home.partitions(of.name)) ?? 0); partition++) {
    const source = await home.openSource(of.name, partition)
    const reader = new RowReader<T>(topicSpec(of), partition, source, 0)
    for (let some = await reader.read(); some.length > 0; some = await reader.read()) {
      rows.push(...some.map(({ row }) => JSON.stringify(row)))
    }
  }
  return rows
}

/** What the job gives that reads all of these records, and no others, live. */
async function live(partitions: readonly (readonly Sold[])[]) {
  const home = await historyOf(partitions)
  const stores = new MemoryStores()
  const run = await JobRun.open(shops, { home, stores, replay: { marks: [] } })
  await run.work(new AbortController().signal, true)
  await run.close()
  return { users: await rowsOf(home, perUser), shops: await rowsOf(home, perShop), counts: run.counts() }
}

function inMemory(): WarmupMemory {
  let kept: Counts | undefined
  return {
    load: () => kept,
    save: counts => {
      kept = counts
    },
  }
}

/** The rows of the whole that are not among those of the part, each as often as it is there more often. */
function without(whole: readonly string[], part: readonly string[]): string[] {
  const left = [...whole]
  for (const row of part) left.splice(left.indexOf(row), 1)
  return left.sort()
}

const sold = fc.record({
  ts: fc.nat(8),
  user: fc.nat(4),
  shop: fc.nat(2),
  amount: fc.integer({ min: 1, max: 9 }),
})
const stretch = fc.array(sold, { minLength: 1, maxLength: 40 })

test('after a warm-up a stretch gives what the live job gave from there on; an attempt that was stopped goes on', async () => {
  const property = fc.asyncProperty(
    fc.tuple(stretch, stretch),
    fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true })),
    fc.nat(4),
    async (made, [a, b], stops) => {
      const all = made.map(rows => rows.map((row, k) => ({ ...row, ts: row.ts + k })))
      const [low, high] = [Math.min(a, b), Math.max(a, b)]
      const at = (share: number) => all.map(rows => Math.floor(share * rows.length))
      const [from, until] = [at(low), at(high)]
      const [before, whole] = [
        await live(all.map((rows, p) => rows.slice(0, from[p]))),
        await live(all.map((rows, p) => rows.slice(0, until[p]))),
      ]
      const manifest: Manifest = {
        format: 1,
        job: 'shops',
        history: 'memory',
        asked: {},
        stretches: { sales: all.map((_, p) => ({ warmup: 0, from: from[p], until: until[p] })) },
        models: {},
      }
      const [history, results, memory] = [await historyOf(all), new MemoryHome(), inMemory()]
      const options = { job: shops, manifest, history, results, stores: new MemoryStores(), marks: null }
      for (let stop = 0; stop < stops; stop++) {
        const controller = new AbortController()
        const stopped = new Replay({ ...options, commitEveryMs: 0 }, memory).work(controller.signal)
        controller.abort()
        await stopped
      }
      const counts = await new Replay(options, memory).work(new AbortController().signal)
      assert.deepEqual((await rowsOf(results, perUser)).sort(), without(whole.users, before.users))
      assert.deepEqual((await rowsOf(results, perShop)).sort(), without(whole.shops, before.shops))
      const [read, late] = [counts?.inputs.in.read ?? 0, counts?.steps.w.late ?? 0]
      assert.equal(read, whole.counts.inputs.in.read - before.counts.inputs.in.read)
      assert.equal(late, whole.counts.steps.w.late - before.counts.steps.w.late)
      assert.deepEqual([...history.topics.keys()], ['sales'])
    },
  )
  await assertProperty(property, 40)
})
