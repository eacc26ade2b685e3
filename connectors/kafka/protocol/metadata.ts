import type { KafkaRequest } from './request.ts'
import type { ResponseReader } from './response-reader.ts'

export interface BrokerAddress {
  readonly node: number
  readonly host: string
  readonly port: number
}

export interface PartitionMetadata {
  readonly error: number
  readonly partition: number
  /** -1 while there is none. */
  readonly leader: number
  /** Nodes that are to have a copy, and those of them that have all of it. */
  readonly replicas: readonly number[]
  readonly inSync: readonly number[]
}

export interface TopicMetadata {
  readonly error: number
  readonly name: string
  readonly internal: boolean
  readonly partitions: readonly PartitionMetadata[]
}

export interface Metadata {
  readonly brokers: readonly BrokerAddress[]
  /** -1 while there is none. */
  readonly controller: number
  readonly topics: readonly TopicMetadata[]
}

/** Who is in the cluster, and who leads these topics, or all of them; asking creates none. */
export function metadata(topics: readonly string[] | 'all'): KafkaRequest<Metadata> {
  return {
    name: 'Metadata',
    api: 3,
    version: 4,
    flexible: false,
    write(to) {
      if (topics === 'all') to.i32(-1)
      else to.array(topics, topic => to.text(topic))
      to.bool(false)
    },
    read(from) {
      from.i32()
      const brokers = from.array(() => {
        const broker = { node: from.i32(), host: from.text(), port: from.i32() }
        from.nullableText()
        return broker
      })
      from.nullableText()
      const controller = from.i32()
      return { brokers, controller, topics: from.array(() => readTopic(from)) }
    },
  }
}

function readTopic(from: ResponseReader): TopicMetadata {
  return {
    error: from.i16(),
    name: from.text(),
    internal: from.bool(),
    partitions: from.array(() => {
      const [error, partition, leader] = [from.i16(), from.i32(), from.i32()]
      const [replicas, inSync] = [from.array(() => from.i32()), from.array(() => from.i32())]
      return { error, partition, leader, replicas, inSync }
    }),
  }
}
