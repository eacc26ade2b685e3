import { resolve } from 'node:path'
import { topicsRead } from '../backtest/golden/run-slice.ts'
import { Slice } from '../backtest/golden/slice.ts'
import { MemoryHome } from '../connectors/memory/home.ts'
import { MemoryModels } from '../connectors/memory/models.ts'
import { MemorySchemaRegistry } from '../connectors/memory/schema-registry.ts'
import { MemoryStores } from '../connectors/memory/stores.ts'
import { HeadraceError } from '../engine/errors.ts'
import { closePlan, plan } from '../engine/graph/plan.ts'
import { deadLetterTopic } from '../engine/io/dead-letters.ts'
import type { ReadRecord } from '../engine/io/row-reader.ts'
import { RowReader } from '../engine/io/row-reader.ts'
import { RowWriter } from '../engine/io/row-writer.ts'
import type { Job } from '../engine/job.ts'
import type { ModelHome } from '../engine/models/model-home.ts'
import { JobRun } from '../engine/run.ts'
import { withSchemaId } from '../engine/schema-ids.ts'
import { ManualClock } from '../engine/time/clock.ts'
import type { SourceSpec, TopicSpec } from '../engine/topic.ts'

export interface TestJobOptions {
  /** Partitions of each source topic: 1 unless said otherwise. */
  readonly partitions?: number
  /** Rows that the job is given at a time: all that were pushed together unless said otherwise. */
  readonly batchRows?: number
  /** What the job scores with: `MemoryModels` has functions for models. */
  readonly models?: ModelHome
}

export interface PushOptions {
  /** The partition to write to; without it the record key decides. */
  readonly partition?: number
  /** Record timestamps; without them each row's event time. */
  readonly timestamps?: readonly number[]
}

/**
 * Runs a job in memory, under a clock that only the test moves: the production engine on the memory
 * connector. Calls are queued; awaiting `output` (or the driver itself) runs them.
 */
export class TestJob implements PromiseLike<void> {
  readonly home = new MemoryHome()
  readonly clock = new ManualClock()
  /** Where topics with `registry` have their schemas. */
  readonly schemas = new MemorySchemaRegistry()
  /** What the job writes to feature views and series, and looks up in views. */
  readonly stores = new MemoryStores(this.clock)
  readonly models: ModelHome
  private job: Job
  private readonly options: TestJobOptions
  private readonly read = new Map<string, number[]>()
  private run: JobRun | undefined
  private tail: Promise<void>

  constructor(job: Job, options: TestJobOptions = {}) {
    this.job = job
    this.options = options
    this.models = options.models ?? new MemoryModels()
    this.tail = this.prepare()
  }

  /** Sends rows to a source topic. A null row is a tombstone only `pushRaw` can write. */
  push<T>(topic: string, rows: readonly T[], options: PushOptions = {}): this {
    return this.enqueue(async () => {
      const spec = this.sourceOf(topic)
      const known = await withSchemaId(spec, this.schemas)
      const count = this.options.batchRows ?? Math.max(1, rows.length)
      for (let from = 0; from < rows.length; from += count) {
        const append = (name: string, partition: number, batch: Uint8Array) =>
          this.home.partition(name, options.partition ?? partition).append(batch)
        const writer = new RowWriter(known, spec.time, this.home.topics.get(topic)?.length ?? 1, { append })
        writer.write(rows.slice(from, from + count), options.timestamps?.slice(from, from + count))
        await writer.flush()
        writer.close()
      }
      this.publish(topic)
      await this.settle()
    })
  }

  /** Sends a finished record batch, as the bytes are in the log. */
  pushRaw(topic: string, partition: number, batch: Uint8Array): this {
    return this.enqueue(async () => {
      this.home.partition(topic, partition).append(batch)
      this.publish(topic)
      await this.settle()
    })
  }

  /** Sends all that a recorded slice has of the topics that the job reads: a directory that `headrace record` has made. */
  pushSlice(dir: string): this {
    return this.enqueue(async () => {
      const slice = new Slice(resolve(dir))
      const topics = topicsRead(this.job)
      for (const topic of topics) await this.appendAll(topic, await slice.batches(topic))
      for (const topic of topics) this.publish(topic)
      await this.settle()
    })
  }

  /** Moves event time of all partitions on, as a quiet topic does once `idleAfter` has passed. */
  advanceTo(eventTime: number): this {
    return this.enqueue(async () => {
      const { plan: planned, tasks } = this.running()
      // A stage first reads what the one before it writes then.
      for (const { number } of planned.stages) {
        for (const task of tasks) if (task.name.startsWith(`${number}-`)) await task.advanceTo(eventTime)
        await this.settle()
      }
    })
  }

  /** Moves the time of day on: idle sources, processing-time timers, commits. */
  advanceClock(ms: number): this {
    return this.enqueue(async () => {
      await this.settle()
      this.clock.advance(ms)
      await this.settle()
    })
  }

  /** Stops the job as a crash would, and starts it, or a changed one, from its last checkpoint. */
  restart(job: Job = this.job): this {
    return this.enqueue(async () => {
      await this.run?.close()
      this.job = job
      this.run = await this.open()
      await this.settle()
    })
  }

  /** The rows that the job has written to a topic or sink since the last call, partition by partition. */
  async output<T = Record<string, unknown>>(topicOrSink: string): Promise<T[]> {
    const records = await this.records<T>(topicOrSink)
    return records.map(record => record.row as T)
  }

  /** As `output`, with key, timestamp and position of each record. */
  async records<T = Record<string, unknown>>(topicOrSink: string): Promise<ReadRecord<T>[]> {
    await this
    const spec = this.sinkOf(topicOrSink)
    const found: ReadRecord<T>[] = []
    const partitions = (await this.home.partitions(spec.name)) ?? 0
    const from = this.read.get(spec.name) ?? new Array<number>(partitions).fill(0)
    this.read.set(spec.name, from)
    for (let partition = 0; partition < partitions; partition++) {
      const source = await this.home.openSource(spec.name, partition)
      const reader = new RowReader<T>(spec, partition, source, from[partition] ?? 0, this.schemas)
      for (let some = await reader.read(); some.length > 0; some = await reader.read()) found.push(...some)
      from[partition] = source.endOffset()
      reader.close()
    }
    return found
  }

  /** How many records have gone to the job's dead-letter topic. */
  async deadLetters(): Promise<number> {
    await this
    return this.home.partition(deadLetterTopic(this.job.name), 0).published
  }

  /** The run behind it: tasks, counters, clocks. */
  async inspect(): Promise<JobRun> {
    await this
    return this.running()
  }

  async close(): Promise<void> {
    await this
    await this.run?.close()
    this.run = undefined
  }

  /** Awaiting the driver waits for all that has been asked so far. */
  // biome-ignore lint/suspicious/noThenProperty: a driver is awaited like the promise of its last call
  then<A, B>(
    fulfilled?: ((value: undefined) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.tail.then(fulfilled as never, rejected)
  }

  private enqueue(work: () => Promise<void>): this {
    this.tail = this.tail.then(work)
    this.tail.catch(() => {})
    return this
  }

  private async prepare(): Promise<void> {
    const planned = plan(this.job)
    closePlan(planned)
    for (const { source, from } of planned.stages.flatMap(stage => stage.inputs)) {
      if (from !== undefined || this.home.topics.has(source.name)) continue
      await this.home.createTopic(source.name, this.options.partitions ?? 1)
    }
    this.run = await this.open()
  }

  private open(): Promise<JobRun> {
    const { home, clock, schemas, stores, models } = this
    return JobRun.open(this.job, { home, clock, schemas, stores, models })
  }

  private async settle(): Promise<void> {
    const run = this.running()
    do while (await run.turn());
    while (await this.commitAndLook(run))
  }

  /** Commits; true if that has given the job's own later stages something to read. */
  private async commitAndLook(run: JobRun): Promise<boolean> {
    await run.commit()
    return run.turn()
  }

  private async appendAll(topic: string, partitions: readonly (readonly Uint8Array[])[]): Promise<void> {
    const own = await this.home.partitions(topic)
    if (own !== partitions.length) {
      const message = `the slice has ${partitions.length} partitions of it, the test ${own}: testJob(job, { partitions: ${partitions.length} })`
      throw new HeadraceError('HR_PARTITIONS_DIFFER', message, { topic })
    }
    for (const [partition, batches] of partitions.entries()) {
      for (const batch of batches) this.home.partition(topic, partition).append(batch)
    }
  }

  private publish(topic: string): void {
    for (const partition of this.home.topics.get(topic) ?? []) partition.publish()
  }

  private running(): JobRun {
    if (this.run === undefined) throw new HeadraceError('HR_INTERNAL', 'the test job is closed')
    return this.run
  }

  private sourceOf(topic: string): SourceSpec {
    const inputs = this.running().plan.stages.flatMap(stage => stage.inputs)
    const found = inputs.find(({ id, source }) => source.name === topic || id === topic)
    if (found) return found.source
    const known = inputs.map(({ source }) => source.name).join(', ')
    throw new HeadraceError('HR_TOPIC_UNKNOWN', `the job reads ${known}`, { topic })
  }

  private sinkOf(name: string): TopicSpec {
    const sinks = this.running().plan.stages.flatMap(stage => stage.terminals)
    const found = sinks.find(({ id, topic }) => topic.name === name || id === name)
    if (found) return found.topic
    const known = sinks.map(({ topic }) => topic.name).join(', ')
    throw new HeadraceError('HR_TOPIC_UNKNOWN', `the job writes ${known}`, { topic: name })
  }
}

/** A job under test, in memory. */
export function testJob(job: Job, options: TestJobOptions = {}): TestJob {
  return new TestJob(job, options)
}
