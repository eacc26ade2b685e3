import { emptyBatchHeader, readBatchHeader } from '../engine/codec/record/batch.ts'
import { HeadraceError } from '../engine/errors.ts'
import type { Home, JobHome, PartitionSource, TopicHome } from '../engine/home.ts'
import { limits } from '../engine/limits.ts'
import type { TaskPart } from '../engine/recovery/checkpoint.ts'
import { decodeCheckpoint, encodeCheckpoint } from '../engine/recovery/checkpoint.ts'
import { systemClock } from '../engine/time/clock.ts'

export interface CopyParts {
  /** Where the results of a replay are. */
  readonly from: TopicHome
  /** What gets copies of them. */
  readonly to: Home
  /** Under which name it keeps how far the copies are. */
  readonly job: string
  /** The replay, as it is told from all others. */
  readonly replay: string
  /** Topics of results, with what they are called there. */
  readonly names: ReadonlyMap<string, string>
  /** Copies may go behind those of another replay. */
  readonly mayMix: boolean
}

interface Lane {
  readonly topic: string
  readonly partition: number
  readonly source: PartitionSource
  offset: number
}

/**
 * Copies the results of a replay to topics elsewhere as they come, each record once: batches and how far they are copied
 * are committed as one, and the results themselves are there to be read again.
 */
export class TopicCopies {
  private readonly parts: CopyParts
  private readonly header = emptyBatchHeader()
  private lanes: Lane[] = []
  private target: JobHome | undefined
  private waiting = 0

  constructor(parts: CopyParts) {
    this.parts = parts
  }

  /** Until the signal says that there will be no more, and all is copied. */
  async follow(ended: AbortSignal): Promise<void> {
    for (let isLast = false; !isLast; ) {
      isLast = ended.aborted
      await this.advance()
      if (!isLast) await systemClock.wait(limits.commitEveryMs, ended)
    }
  }

  /** Copies what is there by now. */
  async advance(): Promise<void> {
    const target = this.target ?? (await this.open())
    if (target === undefined) return
    let copied = false
    for (const lane of this.lanes) if (await this.copy(lane, target)) copied = true
    if (copied) await this.commit(target)
  }

  async close(): Promise<void> {
    for (const { source } of this.lanes) source.close()
    await this.target?.close()
    await this.parts.to.close()
  }

  /** Undefined as long as the replay has not made its topics. */
  private async open(): Promise<JobHome | undefined> {
    const { from, to, job, names } = this.parts
    const found = new Map<string, number>()
    for (const topic of names.keys()) {
      const partitions = await from.partitions(topic)
      if (partitions === undefined) return undefined
      found.set(topic, partitions)
    }
    for (const [topic, partitions] of found) {
      const name = names.get(topic) ?? topic
      if ((await to.partitions(name)) === undefined) await to.createTopic(name, partitions)
    }
    const target = await to.openJob(job, [...names.values()])
    this.target = target
    const positions = this.copied(target)
    for (const [topic, partitions] of found) {
      for (let partition = 0; partition < partitions; partition++) {
        const source = await from.openSource(topic, partition, 'earliest')
        const offset = positions.get(`${topic}-${partition}`) ?? source.startOffset()
        source.seek(offset)
        this.lanes.push({ topic, partition, source, offset })
      }
    }
    return target
  }

  /** The next offsets, by topic and partition. */
  private copied(target: JobHome): ReadonlyMap<string, number> {
    const { replay, job, mayMix } = this.parts
    const last = [...target.restore()].at(-1)
    const tasks = last === undefined ? [] : decodeCheckpoint(last, job)
    const inputs = tasks.flatMap(({ record: { name, inputs } }) =>
      inputs.map(input => ({ ...input, partition: name.slice(name.indexOf('-') + 1) })),
    )
    if (inputs.every(({ id }) => id === replay)) {
      return new Map(inputs.map(({ topic, partition, position }) => [`${topic}-${partition}`, position]))
    }
    if (mayMix) return new Map()
    const message = 'the topics there have the results of another replay: give it a prefix of its own'
    throw new HeadraceError('HR_REPLAY_TARGET', message, { job })
  }

  private async copy(lane: Lane, target: JobHome): Promise<boolean> {
    const { header } = this
    const name = this.parts.names.get(lane.topic) ?? lane.topic
    const before = lane.offset
    for (let chunk = await lane.source.poll(); chunk !== null; chunk = await lane.source.poll()) {
      for (let at = chunk.start; at < chunk.end; at += header.batchLength) {
        readBatchHeader(chunk.bytes, at, header)
        const next = header.baseOffset + header.lastOffsetDelta + 1
        if (header.recordCount > 0 && header.baseOffset >= lane.offset) {
          await target.append(name, lane.partition, chunk.bytes.subarray(at, at + header.batchLength))
          this.waiting += header.batchLength
        }
        lane.offset = Math.max(lane.offset, next)
      }
      if (this.waiting > limits.copiedBytes) await this.commit(target)
    }
    return lane.offset > before
  }

  private async commit(target: JobHome): Promise<void> {
    const { job, replay } = this.parts
    const byPartition = Map.groupBy(this.lanes, ({ partition }) => partition)
    const tasks = [...byPartition].map(([partition, lanes]) => taskOf(partition, lanes, replay))
    const payload = encodeCheckpoint(job, tasks)
    await target.commit({ kind: target.wantsSnapshot ? 'snapshot' : 'delta', payload }, [])
    this.waiting = 0
  }
}

/** How far the copies are, in the form of a job's checkpoint, as whoever looks at it knows it: the input is the replay. */
function taskOf(partition: number, lanes: readonly Lane[], replay: string): TaskPart {
  const none = String(Number.NEGATIVE_INFINITY)
  const inputs = lanes.map(({ topic, offset }) => ({
    ...{ id: replay, topic, position: offset, watermark: none, maxTime: none, futureRun: 0, idle: false },
    ...{ read: 0, passed: 0, rejected: 0 },
  }))
  const name = `0-${partition}`
  return {
    record: { name, watermark: none, now: String(Number.NaN), marks: 0, inputs, steps: [] },
    blobs: [],
  }
}
