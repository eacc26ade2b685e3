import { setTimeout as pause } from 'node:timers/promises'
import { codecs } from '../../engine/codec/compression/compression.ts'
import { HeadraceError } from '../../engine/errors.ts'
import type { CheckpointRecord, JobHome, Position, SharedTask, TaskMark } from '../../engine/home.ts'
import { limits } from '../../engine/limits.ts'
import type { Cluster } from './cluster/cluster.ts'
import type { Compression, Guarantee } from './config.ts'
import { AtLeastOnce } from './producer/at-least-once.ts'
import type { Commits } from './producer/commits.ts'
import type { Identity } from './producer/offset-reports.ts'
import { OffsetReports } from './producer/offset-reports.ts'
import { Producer } from './producer/producer.ts'
import { ownIdentity, takeOver } from './producer/producer-id.ts'
import { Transactions } from './producer/transactions.ts'
import type { UnsentRoom } from './producer/unsent-room.ts'
import type { Fetchers } from './source/fetchers.ts'
import { marksTopic, stateTopic } from './state/job-topics.ts'
import { markBatches } from './state/marks-topic.ts'
import { readState } from './state/read-state.ts'
import { RecordTrimmer } from './state/record-trimmer.ts'
import type { StateChain } from './state/state-chain.ts'
import { KafkaStateLog } from './state/state-log.ts'

export interface TaskHomeOptions {
  readonly job: string
  readonly task: SharedTask
  /** The topics that the job writes. */
  readonly outputs: readonly string[]
  readonly guarantee?: Guarantee
  readonly compression?: Compression
  readonly transactionTimeoutMs?: number
  /** This process in the job's group, if it has joined it: at least once, offsets are only taken from members then. */
  readonly membership?: Identity
  /** Shared by the tasks of a thread. */
  readonly room?: UnsentRoom
}

/**
 * A task's home on Kafka: it commits for itself. Outputs, checkpoint, marks and the group's offsets become one
 * transaction; whoever opens the task next takes the transactional id over, and then reads the state.
 */
export class KafkaTaskHome implements JobHome {
  private readonly options: TaskHomeOptions
  private readonly commits: Commits
  private readonly producer: Producer
  private readonly state: KafkaStateLog
  private readonly stateTrimmer: RecordTrimmer
  private readonly purger: RecordTrimmer
  private readonly partitions: ReadonlyMap<string, number>
  private records: CheckpointRecord[]
  private purgedAt = Number.NEGATIVE_INFINITY
  private ended = false

  static async open(cluster: Cluster, fetchers: Fetchers, options: TaskHomeOptions): Promise<JobHome> {
    const { job, task, outputs } = options
    const partitions = await partitionsOf(cluster, outputs)
    const place = { topic: stateTopic(job, task.stage), partition: task.partition }
    // First of all: whoever had the task writes nothing more behind what is read now.
    const commits = await commitsOf(cluster, options)
    return new KafkaTaskHome(cluster, options, commits, partitions, await readState(fetchers, place, 'all'))
  }

  private constructor(
    cluster: Cluster,
    options: TaskHomeOptions,
    commits: Commits,
    partitions: ReadonlyMap<string, number>,
    chain: StateChain,
  ) {
    const { job, task } = options
    this.options = options
    this.commits = commits
    this.partitions = partitions
    this.producer = new Producer(cluster, commits, { job }, options.room)
    this.stateTrimmer = new RecordTrimmer(cluster)
    this.purger = new RecordTrimmer(cluster)
    const place = { topic: stateTopic(job, task.stage), partition: task.partition }
    this.state = new KafkaStateLog(this.producer, this.stateTrimmer, place, chain)
    this.records = chain.records
  }

  /** Gives the records once, and lets their memory go. */
  restore(): Iterable<CheckpointRecord> {
    return this.records.splice(0)
  }

  append(topic: string, partition: number, batch: Uint8Array): void | Promise<void> {
    const { job, compression = 'none' } = this.options
    if (partition >= (this.partitions.get(topic) ?? 0)) {
      const message = `there is no partition ${partition} of ${topic} among the job's outputs`
      throw new HeadraceError('HR_TOPIC_UNKNOWN', message, { job, topic, partition })
    }
    return this.producer.append(topic, partition, batch, { codec: codecs[compression] })
  }

  async commit(
    record: CheckpointRecord,
    marks: readonly TaskMark[],
    positions: readonly Position[] = [],
  ): Promise<void> {
    try {
      await this.commits.commit(this.producer, () => this.checkpoint(record, marks), positions)
    } catch (error) {
      this.producer.fail(error)
      throw error
    }
    this.state.committed()
    this.purge(positions)
  }

  get wantsSnapshot(): boolean {
    return this.state.snapshotDue
  }

  /** What was not committed is not to be seen, and if the broker cannot be told so now, it finds out by itself. */
  async close(): Promise<void> {
    if (this.ended) return
    this.ended = true
    const patience = new AbortController()
    const bound = pause(limits.kafkaCloseMs, undefined, { signal: patience.signal }).catch(() => {})
    await Promise.race([this.end().catch(() => {}), bound])
    patience.abort()
  }

  private async end(): Promise<void> {
    await this.producer.stop()
    await Promise.all([this.commits.abort(), this.stateTrimmer.close(), this.purger.close()])
  }

  private async checkpoint(record: CheckpointRecord, marks: readonly TaskMark[]): Promise<void> {
    const { job } = this.options
    for (const batch of markBatches(marks, Date.now())) await this.producer.append(marksTopic(job), 0, batch)
    await this.state.write(record)
  }

  /** What later stages have read and committed is of no use to anybody. */
  private purge(positions: readonly Position[]): void {
    const { repartitions = [] } = this.options.task
    const read = positions.filter(({ topic }) => repartitions.includes(topic))
    const now = performance.now()
    if (read.length === 0 || now - this.purgedAt < limits.kafkaPurgeEveryMs) return
    this.purgedAt = now
    this.purger.trim(read)
  }
}

async function partitionsOf(
  cluster: Cluster,
  topics: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const counts = topics.map(async topic => [topic, (await cluster.partitions(topic)) ?? 0] as const)
  return new Map(await Promise.all(counts))
}

async function commitsOf(cluster: Cluster, options: TaskHomeOptions): Promise<Commits> {
  const { job, task, guarantee = 'exactly-once', membership } = options
  if (guarantee === 'at-least-once') {
    const identity = await ownIdentity(cluster, { job })
    return new AtLeastOnce(identity, new OffsetReports(cluster, job, membership))
  }
  const { transactionTimeoutMs = limits.kafkaTransactionMs } = options
  const owner = await takeOver(cluster, `${job}.${task.name}`, transactionTimeoutMs, { job })
  const always = { topic: stateTopic(job, task.stage), partition: task.partition }
  const timeoutMs = transactionTimeoutMs
  return new Transactions({ cluster, owner, timeoutMs, group: job, always, place: { job } })
}
