import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { TestContext } from 'node:test'
import { after, test } from 'node:test'
import { openLogHome } from '../../connectors/log/home.ts'
import { LogProducer } from '../../connectors/log/producer.ts'
import { logWorkers } from '../../connectors/log/worker-entry.ts'
import { HeadraceError, isHeadraceError } from '../../engine/errors.ts'
import type { FileOps } from '../../engine/files/files.ts'
import type { Job, Topic } from '../../engine/index.ts'
import { RecordFeed } from '../../engine/io/record-feed.ts'
import { RowWriter } from '../../engine/io/row-writer.ts'
import { limits, setLimits } from '../../engine/limits.ts'
import type { Running } from '../../engine/progress.ts'
import { JobRun } from '../../engine/run.ts'
import { topicSpec } from '../../engine/topic.ts'
import { WorkerPool } from '../../engine/workers/pool.ts'
import { fromPosted, toPosted } from '../../engine/workers/posted-error.ts'
import { FailingFiles } from '../support/failing-files.ts'
import { randomFrom } from '../support/random.ts'
import type { AnyClick } from '../support/worker-jobs.ts'
import * as workerJobs from '../support/worker-jobs.ts'

const { clicks, names, ...jobs } = workerJobs
const partitions = 4
const neverMs = 1e9
const module = new URL('../support/worker-jobs.ts', import.meta.url).href
const random = randomFrom(Number(process.env.HEADRACE_SEED ?? 11))
const rows: AnyClick[] = Array.from({ length: 12_000 }, (_, i) => ({
  at: i + Math.floor(random() * 20),
  user: `user ${Math.floor(random() * 300)}`,
  item: Math.floor(random() * 20),
  value: Math.floor(random() * 1000),
}))
const nameRows = Array.from({ length: 600 }, (_, i) => ({
  user: `user ${i % 300}`,
  at: i * 40,
  name: `name ${i}`,
}))

// Many turns a task, and every few commits a snapshot, for which all workers have to meet.
const { batchRows, stateDeltaBytes } = limits
setLimits({ batchRows: 250, stateDeltaBytes: 1 })
after(() => setLimits({ batchRows, stateDeltaBytes }))

class Place {
  readonly options: { readonly dir: string; readonly fsync: 'never' }

  constructor(t: TestContext) {
    const dir = mkdtempSync(path.join(tmpdir(), 'headrace-workers-'))
    t.after(() => rmSync(dir, { recursive: true, force: true }))
    this.options = { dir, fsync: 'never' }
  }

  get home() {
    return openLogHome(this.options)
  }

  async write<T>(topic: Topic<T>, some: readonly T[]): Promise<void> {
    const spec = topicSpec(topic)
    if ((await this.home.partitions(spec.name)) === undefined)
      await this.home.createTopic(spec.name, partitions)
    const producer = LogProducer.open(spec.name, this.options)
    const append = (_: string, partition: number, batch: Uint8Array) => {
      producer.append(partition, batch)
    }
    const writer = new RowWriter(spec, 'at', partitions, { append })
    for (let from = 0; from < some.length; from += 1000) {
      writer.write(some.slice(from, from + 1000))
      await writer.flush()
    }
    producer.commit()
    producer.close()
    writer.close()
  }

  /** A pool whose main thread writes through these files. */
  openOn(files: FileOps): Promise<WorkerPool> {
    const home = openLogHome({ ...this.options, files })
    const jobModule = { module, export: 'tumblingJob' }
    const entry = logWorkers(this.options)
    return WorkerPool.open(jobs.tumblingJob(), { home, commitEveryMs: 1, workers: 3, jobModule, entry })
  }

  open(name: Name, workers: number, commitEveryMs = 1, args: readonly unknown[] = []): Promise<Running> {
    const { home } = this
    const job = (jobs[name] as (...args: readonly unknown[]) => Job)(...args)
    if (workers === 1) return JobRun.open(job, { home, commitEveryMs })
    const jobModule = { module, export: name, args }
    return WorkerPool.open(job, { home, commitEveryMs, workers, jobModule, entry: logWorkers(this.options) })
  }

  async runToEnd(name: Name, workers: number): Promise<void> {
    const run = await this.open(name, workers)
    await run.work(new AbortController().signal, true)
    await run.close()
  }

  /** What the partitions of the output hold, as it is stored. */
  async output(): Promise<string[][]> {
    const count = (await this.home.partitions('out')) ?? 0
    return Promise.all(Array.from({ length: count }, (_, partition) => this.records(partition)))
  }

  private async records(partition: number): Promise<string[]> {
    const source = await this.home.openSource('out', partition)
    const feed = new RecordFeed(source, 'out', partition)
    feed.seek(0)
    const found: string[] = []
    while (await feed.fill()) {
      const { spans } = feed
      const text = (start: Int32Array, end: Int32Array, row: number) =>
        Buffer.from(spans.bytes.subarray(start[row], end[row])).toString('latin1')
      for (let row = 0; row < spans.count; row++) {
        const key = text(spans.keyStart, spans.keyEnd, row)
        const value = text(spans.valueStart, spans.valueEnd, row)
        found.push(`${spans.offset[row]} ${spans.timestamp[row]} ${key} ${value}`)
      }
    }
    source.close()
    return found
  }
}

type Name = Exclude<keyof typeof jobs, 'Click' | 'Name'>

async function filled(t: TestContext, some: readonly AnyClick[] = rows): Promise<Place> {
  const place = new Place(t)
  await place.write(names, nameRows)
  await place.write(clicks, some)
  return place
}

/** Records of stages behind a repartition come in any order, so that offsets say nothing either. */
const asSet = (output: readonly (readonly string[])[]) =>
  output.map(partition => partition.map(text => text.slice(text.indexOf(' '))).sort())

interface Case {
  readonly name: Name
  readonly workers: readonly number[]
  /** The numbers before and after a crash. */
  readonly crash: readonly [number, number]
}
const cases: readonly Case[] = [
  { name: 'tumblingJob', workers: [2, 3], crash: [3, 2] },
  { name: 'sessionJob', workers: [3], crash: [2, 1] },
  { name: 'tableJob', workers: [2], crash: [2, 1] },
  { name: 'repartitionJob', workers: [2], crash: [2, 3] },
]

for (const { name, workers, crash } of cases) {
  const same = name === 'repartitionJob' ? asSet : (output: string[][]) => output
  // Where two inputs meet, a restart may take them in another order.
  const sameRows = name === 'tableJob' ? asSet : same
  test(`${name} writes the same with any number of workers, and after a crash with another number`, async t => {
    const alone = await filled(t)
    await alone.runToEnd(name, 1)
    const expected = await alone.output()
    assert.ok(expected.flat().length > 1000)
    for (const count of workers) {
      const place = await filled(t)
      await place.runToEnd(name, count)
      assert.deepEqual(same(await place.output()), same(expected), `${count} workers`)
    }
    const crashed = await filled(t)
    const run = await crashed.open(name, crash[0])
    const working = run.work(new AbortController().signal, true)
    await until(() => run.commits > 2, working)
    await run.close()
    await crashed.runToEnd(name, crash[1])
    assert.deepEqual(sameRows(await crashed.output()), sameRows(expected), 'after a crash')
  })
}

test('an error in a worker has its place and cause, and nothing of its turn is committed', async t => {
  const place = await filled(t, [...rows.slice(0, 5000), { at: 5000, user: 'user 1', item: 0, value: 1234 }])
  const run = await place.open('failingJob', 2, neverMs, [1234, 'throw'])
  await assert.rejects(run.work(new AbortController().signal), error => {
    assert.ok(isHeadraceError(error, 'HR_LAMBDA_THREW'))
    assert.equal(error.place.step, 'filter-1')
    assert.equal(error.place.topic, 'clicks')
    assert.match(error.message, /1234 is not wanted/)
    assert.ok(error.cause instanceof Error)
    assert.match(error.cause.stack ?? '', /worker-jobs\.ts/)
    return true
  })
  await run.close()
  assert.equal(run.commits, 0)
  assert.deepEqual((await place.output()).flat(), [])
})

test('a commit that fails ends all workers, and the next run goes on from the last one', async t => {
  const place = await filled(t)
  const files = new FailingFiles()
  const run = await place.openOn(files)
  files.failAfter(200_000)
  const full = (error: unknown) => isHeadraceError(error, 'HR_DISK_FULL')
  await assert.rejects(run.work(new AbortController().signal, true), full)
  await run.close()
  assert.ok(run.commits > 0)
  await place.runToEnd('tumblingJob', 2)
  const alone = await filled(t)
  await alone.runToEnd('tumblingJob', 1)
  assert.deepEqual(await place.output(), await alone.output())
})

test('a thread that ends by itself ends the run', async t => {
  const place = await filled(t, [{ at: 1, user: 'user 1', item: 0, value: 1234 }])
  const run = await place.open('failingJob', 2, neverMs, [1234, 'exit'])
  const refused = (error: unknown) => isHeadraceError(error, 'HR_WORKER_DIED') && /code 7/.test(error.message)
  await assert.rejects(run.work(new AbortController().signal), refused)
  await run.close()
})

test('a job that a worker cannot load is an error of the opening, and the locks are let go', async t => {
  const place = await filled(t, [])
  const { home } = place
  const jobModule = { module, export: 'Click' }
  const options = { home, workers: 2, jobModule, entry: logWorkers(place.options) }
  await assert.rejects(WorkerPool.open(jobs.tumblingJob(), options), error =>
    isHeadraceError(error, 'HR_JOB_FILE'),
  )
  await place.runToEnd('tumblingJob', 2)
})

test('stop lets every worker commit what it has done, as one snapshot', async t => {
  const place = await filled(t)
  const run = await place.open('tumblingJob', 2, neverMs)
  const stop = new AbortController()
  const working = run.work(stop.signal)
  await until(() => run.counts().inputs.clicks?.read === rows.length, working)
  stop.abort()
  await working
  await run.close()
  assert.equal(run.commits, 1)
  assert.equal(run.lag(), 0)
  const written = run.counts().steps['out-sink']?.out
  assert.equal((await place.output()).flat().length, written)
})

test('a worker that holds much commits before its time', async t => {
  const { produceBytes, workerOutputBytes } = limits
  setLimits({ produceBytes: 1000, workerOutputBytes: 1 })
  t.after(() => setLimits({ produceBytes, workerOutputBytes }))
  const place = await filled(t)
  const run = await place.open('failingJob', 2, neverMs, [-1, 'throw'])
  const stop = new AbortController()
  const working = run.work(stop.signal)
  await until(() => run.commits > 1, working)
  stop.abort()
  await working
  await run.close()
})

test('an error between threads keeps what it says of itself', () => {
  const cause = new RangeError('too far', { cause: 'a text' })
  const error = new HeadraceError('HR_STEP_FAILED', 'it failed', { step: 'step', offset: 3, cause })
  const copy = fromPosted(structuredClone(toPosted(error)))
  assert.ok(copy instanceof HeadraceError)
  assert.deepEqual([copy.message, copy.code, copy.place], [error.message, error.code, error.place])
  assert.deepEqual([copy.stack, (copy.cause as Error).stack], [error.stack, cause.stack])
  assert.equal(((copy.cause as Error).cause as Error).message, 'a text')
})

/** Until it is so, or the run has ended. */
async function until(condition: () => boolean, working: Promise<void>): Promise<void> {
  const turn = () => new Promise<boolean>(resolve => setImmediate(() => resolve(condition())))
  const ended = working.then(() => true)
  while (!(await Promise.race([ended, turn()])));
}
