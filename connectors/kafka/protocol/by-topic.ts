import { KAFKA } from './kafka-errors.ts'
import type { RequestWriter } from './request-writer.ts'
import type { ResponseReader } from './response-reader.ts'

export interface TopicPartition {
  readonly topic: string
  readonly partition: number
}

/** What the broker says of one partition. */
export interface PartitionCode extends TopicPartition {
  readonly error: number
}

/** Kafka's usual nesting: topics, and in each its partitions. */
export function writeByTopic<T extends TopicPartition>(
  to: RequestWriter,
  items: readonly T[],
  each: (item: T) => void,
): void {
  to.array([...Map.groupBy(items, ({ topic }) => topic)], ([topic, partitions]) => {
    to.text(topic).array(partitions, each)
  })
}

export function readByTopic<T>(from: ResponseReader, each: (topic: string) => T): T[] {
  return from
    .array(() => {
      const topic = from.text()
      return from.array(() => each(topic))
    })
    .flat()
}

export function readPartitionCodes(from: ResponseReader): PartitionCode[] {
  return readByTopic(from, topic => ({ topic, partition: from.i32(), error: from.i16() }))
}

/** The first code that tells a reason: of several partitions, those behind it are said not to have been tried. */
export function firstCode(codes: readonly PartitionCode[]): number {
  const failed = codes.filter(({ error }) => error !== KAFKA.NONE)
  const telling = failed.find(({ error }) => error !== KAFKA.OPERATION_NOT_ATTEMPTED) ?? failed[0]
  return telling?.error ?? KAFKA.NONE
}
