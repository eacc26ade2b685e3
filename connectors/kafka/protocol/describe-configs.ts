import type { KafkaRequest } from './request.ts'

export interface TopicConfig {
  readonly topic: string
  readonly error: number
  /** By key; null where the broker does not show the value. */
  readonly values: Readonly<Record<string, string | null>>
}

const topicResource = 2

/** What holds for topics, set on them or by default, of some keys. */
export function describeConfigs(
  topics: readonly string[],
  keys: readonly string[],
): KafkaRequest<TopicConfig[]> {
  return {
    name: 'DescribeConfigs',
    api: 32,
    version: 1,
    flexible: false,
    write(to) {
      to.array(topics, topic => {
        to.i8(topicResource)
          .text(topic)
          .array(keys, key => to.text(key))
      })
      to.bool(false)
    },
    read(from) {
      from.i32()
      return from.array(() => {
        const error = from.i16()
        from.nullableText()
        from.i8()
        const topic = from.text()
        const values = from.array(() => {
          const entry = [from.text(), from.nullableText()] as const
          // Whether it is read-only, where it comes from, and whether it is secret.
          for (let k = 0; k < 3; k++) from.i8()
          from.array(() => [from.text(), from.nullableText(), from.i8()])
          return entry
        })
        return { topic, error, values: Object.fromEntries(values) }
      })
    },
  }
}
