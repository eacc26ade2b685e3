import type { AbortedTransaction } from '../../../engine/codec/record/aborted.ts'
import type { TopicPartition } from './by-topic.ts'
import { readByTopic, writeByTopic } from './by-topic.ts'
import type { KafkaRequest } from './request.ts'
import type { ResponseReader } from './response-reader.ts'

export interface FetchFrom extends TopicPartition {
  readonly offset: number
}

export interface FetchOptions {
  /** A broker that has nothing new waits so long before it says so. */
  readonly waitMs: number
  /** Bytes of a partition and of all together. A batch that is larger comes whole if it is the first of all. */
  readonly partitionBytes: number
  readonly totalBytes: number
}

export interface FetchedPartition extends TopicPartition {
  readonly error: number
  readonly highWatermark: number
  readonly lastStableOffset: number
  readonly aborted: readonly AbortedTransaction[]
  /** Where the record batches lie in the answer; the last of them may be cut off. */
  readonly start: number
  readonly end: number
}

export interface Fetched {
  readonly error: number
  /** The whole answer and whatever lies behind it in its buffer. */
  readonly bytes: Uint8Array
  readonly partitions: readonly FetchedPartition[]
}

/** The record batches of partitions from their offsets on, up to the last stable ones. For their leader. */
export function fetch(from: readonly FetchFrom[], options: FetchOptions): KafkaRequest<Fetched> {
  return {
    name: 'Fetch',
    api: 1,
    version: 11,
    flexible: false,
    write(to) {
      to.i32(-1).i32(options.waitMs).i32(1).i32(options.totalBytes)
      // Isolation level read_committed; no session.
      to.i8(1).i32(0).i32(-1)
      writeByTopic(to, from, ({ partition, offset }) => {
        to.i32(partition).i32(-1).i64(offset).i64(-1).i32(options.partitionBytes)
      })
      to.i32(0).text('')
    },
    read(answer) {
      answer.i32()
      const error = answer.i16()
      answer.i32()
      return { error, bytes: answer.bytes, partitions: readByTopic(answer, t => readPartition(answer, t)) }
    },
  }
}

function readPartition(answer: ResponseReader, topic: string): FetchedPartition {
  const partition = answer.i32()
  const error = answer.i16()
  const highWatermark = answer.i64()
  const lastStableOffset = answer.i64()
  answer.i64()
  const aborted = answer.array(() => ({ producerId: answer.i64(), firstOffset: answer.i64() }))
  answer.i32()
  const { length } = answer.data()
  const end = answer.at
  return { topic, partition, error, highWatermark, lastStableOffset, aborted, start: end - length, end }
}
