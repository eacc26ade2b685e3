import { RequestWriter } from '../protocol/request-writer.ts'
import { ResponseReader } from '../protocol/response-reader.ts'

/**
 * The bytes by which Kafka's own consumers tell each other of topics and partitions: what every tool reads that
 * shows a group. What is ours rides along as user data.
 */
export const consumerProtocolType = 'consumer'

/** Version 0 says all that tools ask for; later ones add fields at the end. */
const version = 0

export interface Subscription {
  readonly topics: readonly string[]
  readonly userData: Uint8Array
}

export interface TopicPartitions {
  readonly topic: string
  readonly partitions: readonly number[]
}

export interface Assignment {
  readonly topics: readonly TopicPartitions[]
  readonly userData: Uint8Array
}

export function encodeSubscription({ topics, userData }: Subscription): Uint8Array {
  const to = new RequestWriter()
  to.i16(version).array(topics, topic => to.text(topic))
  return Buffer.concat(to.data(userData).finish())
}

export function decodeSubscription(bytes: Uint8Array): Subscription {
  const from = new ResponseReader(bytes)
  from.i16()
  return { topics: from.array(() => from.text()), userData: from.data() }
}

export function encodeAssignment({ topics, userData }: Assignment): Uint8Array {
  const to = new RequestWriter()
  to.i16(version).array(topics, ({ topic, partitions }) => {
    to.text(topic).array(partitions, partition => to.i32(partition))
  })
  return Buffer.concat(to.data(userData).finish())
}

export function decodeAssignment(bytes: Uint8Array): Assignment {
  const from = new ResponseReader(bytes)
  from.i16()
  const topics = from.array(() => ({ topic: from.text(), partitions: from.array(() => from.i32()) }))
  return { topics, userData: from.data() }
}
