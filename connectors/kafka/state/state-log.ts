import { randomBytes } from 'node:crypto'
import type { CheckpointRecord } from '../../../engine/home.ts'
import { limits } from '../../../engine/limits.ts'
import type { Producer } from '../producer/producer.ts'
import type { TopicPartition } from '../protocol/by-topic.ts'
import type { RecordTrimmer } from './record-trimmer.ts'
import type { StateChain } from './state-chain.ts'
import { checkpointId, chunkBatches } from './state-chunk.ts'

/** The partition of a state topic that a task's checkpoints go to. */
export class KafkaStateLog {
  private readonly producer: Producer
  private readonly trimmer: RecordTrimmer
  private readonly place: TopicPartition
  /** Nobody else has it: records that another writes meanwhile are told from ours by it. */
  private readonly writer = randomBytes(8).toString('hex')
  private number = 0
  private tip: string | null
  private snapshotBytes: number
  private deltaBytes: number
  /** Bytes that the next snapshot makes superfluous, those of older ones that are still there included. */
  private heldBytes: number
  private snapshotAt = -1
  private trimDue = false

  constructor(producer: Producer, trimmer: RecordTrimmer, place: TopicPartition, chain: StateChain) {
    this.producer = producer
    this.trimmer = trimmer
    this.place = place
    this.tip = chain.tip
    this.snapshotBytes = chain.snapshotBytes
    this.deltaBytes = chain.deltaBytes
    this.heldBytes = chain.readBytes
  }

  /** Whether the deltas outweigh the snapshot, so that the next checkpoint had better be one. */
  get snapshotDue(): boolean {
    return this.deltaBytes > Math.max(this.snapshotBytes * 2, limits.stateDeltaBytes)
  }

  async write(record: CheckpointRecord): Promise<void> {
    const { topic, partition } = this.place
    const identity = { writer: this.writer, number: this.number++, after: this.tip }
    const isSnapshot = record.kind === 'snapshot'
    const acked = (baseOffset: number) => {
      this.snapshotAt = baseOffset
    }
    // Of the first chunk alone: where the broker cannot tell its place, nothing before the snapshot is known.
    let options = isSnapshot ? { acked } : {}
    for (const batch of chunkBatches(record, identity, Date.now())) {
      await this.producer.append(topic, partition, batch, options)
      options = {}
    }
    this.tip = checkpointId(identity)
    this.count(record)
  }

  /** What was written counts: older records may go. */
  committed(): void {
    const offset = this.snapshotAt
    if (!this.trimDue || offset < 0) return
    this.trimDue = false
    this.trimmer.trim([{ ...this.place, offset }])
  }

  private count({ kind, payload }: CheckpointRecord): void {
    if (kind === 'delta') this.deltaBytes += payload.length
    else {
      this.snapshotBytes = payload.length
      this.deltaBytes = 0
      this.trimDue = this.heldBytes > limits.stateTrimBytes
      if (this.trimDue) this.heldBytes = 0
    }
    this.heldBytes += payload.length
  }
}
