import type { Codec } from '../../../engine/codec/compression/compression.ts'
import { codecs } from '../../../engine/codec/compression/compression.ts'
import { recordCountOf, stampBatch } from '../../../engine/codec/record/stamp.ts'
import type { ErrorPlace } from '../../../engine/errors.ts'
import { HeadraceError } from '../../../engine/errors.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { RetriableError, retrying } from '../cluster/retry.ts'
import { KAFKA, kafkaError } from '../protocol/kafka-errors.ts'
import type { ProduceAnswer } from '../protocol/produce.ts'
import type { AskedBrokers } from './ask-coordinator.ts'
import { mayHaveMoved } from './ask-coordinator.ts'
import type { Commits } from './commits.ts'
import type { QueuedBatch } from './partition-queue.ts'
import { PartitionQueue } from './partition-queue.ts'
import { ProduceLane } from './produce-lane.ts'
import { UnsentRoom } from './unsent-room.ts'
import { writingFault } from './writing-fault.ts'

export type ProducingCluster = Pick<Cluster, 'leader' | 'forget' | 'notify'> & AskedBrokers

export interface SendOptions {
  readonly codec?: Codec
  readonly acked?: QueuedBatch['acked']
}

/**
 * Brings finished record batches to their partitions, each once and in order, whatever happens to connections and
 * leaders meanwhile. The first failure that does not pass is the end of it: what is on its way is told of no more.
 */
export class Producer {
  private readonly cluster: ProducingCluster
  private readonly commits: Pick<Commits, 'identity' | 'admit'>
  private readonly place: ErrorPlace
  private readonly room: UnsentRoom
  private readonly queues = new Map<string, PartitionQueue>()
  private readonly lanes = new Map<number, ProduceLane>()
  private waitingBytes = 0
  private busy = 0
  private failure: { readonly error: unknown } | undefined
  private readonly ending = new AbortController()
  private watchers: (() => void)[] = []

  constructor(
    cluster: ProducingCluster,
    commits: Pick<Commits, 'identity' | 'admit'>,
    place: ErrorPlace,
    room = new UnsentRoom(),
  ) {
    room.enter()
    this.room = room
    this.cluster = cluster
    this.commits = commits
    this.place = place
  }

  /** The batch is copied. A promise: too much is waiting, and it resolves when that is better. */
  append(
    topic: string,
    partition: number,
    batch: Uint8Array,
    options: SendOptions = {},
  ): void | Promise<void> {
    this.throwIfFailed()
    const queue = this.queue(topic, partition)
    const { producerId, epoch, transactionalId } = this.commits.identity
    const { codec = codecs.none, acked } = options
    const sender = {
      producerId,
      producerEpoch: epoch,
      baseSequence: queue.take(recordCountOf(batch)),
      isTransactional: transactionalId !== null,
    }
    const bytes = stampBatch(batch, sender, codec)
    queue.waiting.push({ bytes, ...(acked && { acked }) })
    this.waitingBytes += bytes.length
    if (!queue.busy) void this.empty(queue)
    if (this.waitingBytes > this.room.share) return this.until(() => this.waitingBytes <= this.room.share)
  }

  /** Resolves when the brokers have all that was appended. */
  drained(): Promise<void> {
    return this.until(() => this.waitingBytes === 0)
  }

  /** All is drained, and what follows is another identity's: partitions number its records from the first on. */
  countAnew(): void {
    this.queues.clear()
  }

  throwIfFailed(): void {
    if (this.failure !== undefined) throw this.failure.error
  }

  /** Nothing more is sent, and whoever waits learns why. */
  fail(error: unknown): void {
    this.failure ??= { error }
    this.ending.abort()
    this.wake()
  }

  /** Sends nothing more; resolves when nothing is under way. To be called once. */
  async stop(): Promise<void> {
    this.room.leave()
    this.fail(new HeadraceError('HR_STATE_FAILED', 'the task was closed', this.place))
    while (this.busy > 0) await new Promise<void>(resolve => this.watchers.push(resolve))
  }

  private async empty(queue: PartitionQueue): Promise<void> {
    queue.busy = true
    this.busy++
    try {
      for (let next = queue.waiting[0]; next !== undefined && !this.failure; next = queue.waiting[0]) {
        await this.commits.admit(queue.topic, queue.partition)
        const baseOffset = await this.deliver(queue, next.bytes)
        queue.waiting.shift()
        this.waitingBytes -= next.bytes.length
        next.acked?.(baseOffset)
        this.wake()
      }
    } catch (error) {
      this.fail(error)
    } finally {
      queue.busy = false
      this.busy--
      this.wake()
    }
  }

  /** The offset of the batch's first record. */
  private deliver({ topic, partition }: PartitionQueue, bytes: Uint8Array): Promise<number> {
    const attempt = async () => {
      const node = await this.cluster.leader(topic, partition)
      try {
        return this.accepted(await this.lane(node).send({ topic, partition, bytes }))
      } catch (error) {
        if (mayHaveMoved(error)) this.cluster.forget(topic)
        throw error
      }
    }
    return retrying(`writing to ${topic}-${partition}`, this.cluster, attempt, this.ending.signal)
  }

  private accepted({ topic, partition, error, baseOffset, message }: ProduceAnswer): number {
    // A duplicate: an earlier attempt had arrived, only its answer had not.
    if (error === KAFKA.NONE || error === KAFKA.DUPLICATE_SEQUENCE_NUMBER) return baseOffset
    if (kafkaError(error).retriable) throw new RetriableError('Produce', error)
    throw writingFault('Produce', error, { ...this.place, topic, partition }, message)
  }

  private queue(topic: string, partition: number): PartitionQueue {
    const name = `${topic}-${partition}`
    const known = this.queues.get(name)
    if (known !== undefined) return known
    const queue = new PartitionQueue(topic, partition)
    this.queues.set(name, queue)
    return queue
  }

  private lane(node: number): ProduceLane {
    const known = this.lanes.get(node)
    if (known !== undefined) return known
    const lane = new ProduceLane(this.cluster, node, this.commits.identity.transactionalId)
    this.lanes.set(node, lane)
    return lane
  }

  private async until(reached: () => boolean): Promise<void> {
    for (;;) {
      this.throwIfFailed()
      if (reached()) return
      await new Promise<void>(resolve => this.watchers.push(resolve))
    }
  }

  private wake(): void {
    for (const resume of this.watchers.splice(0)) resume()
  }
}
