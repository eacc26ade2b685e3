import type { KafkaRequest } from './request.ts'

export interface NewTopic {
  readonly topic: string
  readonly partitions: number
  /** -1: as the broker has it by default. */
  readonly replicationFactor: number
  readonly config: Readonly<Record<string, string>>
}

/** What the broker says of one topic. */
export interface TopicAnswer {
  readonly topic: string
  readonly error: number
  readonly message: string | null
}

/** For the controller. */
export function createTopics(topics: readonly NewTopic[], timeoutMs: number): KafkaRequest<TopicAnswer[]> {
  return {
    name: 'CreateTopics',
    api: 19,
    version: 4,
    flexible: false,
    write(to) {
      to.array(topics, ({ topic, partitions, replicationFactor, config }) => {
        to.text(topic)
          .i32(partitions)
          .i16(replicationFactor)
          .array([], () => {})
        to.array(Object.entries(config), ([name, value]) => to.text(name).text(value))
      })
      to.i32(timeoutMs).bool(false)
    },
    read(from) {
      from.i32()
      return from.array(() => ({ topic: from.text(), error: from.i16(), message: from.nullableText() }))
    },
  }
}
