import { readByTopic } from './by-topic.ts'
import type { KafkaRequest } from './request.ts'

export interface CommittedOffset {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly error: number
}

export interface CommittedOffsets {
  readonly error: number
  readonly offsets: readonly CommittedOffset[]
}

/** All offsets that a group has committed. For its coordinator. */
export function offsetFetch(group: string): KafkaRequest<CommittedOffsets> {
  return {
    name: 'OffsetFetch',
    api: 9,
    version: 2,
    flexible: false,
    write(to) {
      to.text(group).i32(-1)
    },
    read(from) {
      const offsets = readByTopic(from, topic => {
        const partition = from.i32()
        const offset = from.i64()
        from.nullableText()
        return { topic, partition, offset, error: from.i16() }
      })
      return { error: from.i16(), offsets }
    },
  }
}
