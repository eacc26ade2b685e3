import type { TopicAnswer } from './create-topics.ts'
import type { KafkaRequest } from './request.ts'

/** Grows topics to so many partitions. For the controller. */
export function createPartitions(
  topics: readonly { readonly topic: string; readonly partitions: number }[],
  timeoutMs: number,
): KafkaRequest<TopicAnswer[]> {
  return {
    name: 'CreatePartitions',
    api: 37,
    version: 1,
    flexible: false,
    write(to) {
      to.array(topics, ({ topic, partitions }) => to.text(topic).i32(partitions).i32(-1))
      to.i32(timeoutMs).bool(false)
    },
    read(from) {
      from.i32()
      return from.array(() => ({ topic: from.text(), error: from.i16(), message: from.nullableText() }))
    },
  }
}
