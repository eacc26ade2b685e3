import { limits } from '../../../engine/limits.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { RetriableError, retrying } from '../cluster/retry.ts'
import { KafkaDisconnected } from '../net/disconnected.ts'
import { deleteTopics } from '../protocol/delete-topics.ts'
import { describeConfigs } from '../protocol/describe-configs.ts'
import type { LogDirectory } from '../protocol/describe-log-dirs.ts'
import { describeLogDirs } from '../protocol/describe-log-dirs.ts'
import { KAFKA, kafkaError, refused } from '../protocol/kafka-errors.ts'
import type { Metadata, TopicMetadata } from '../protocol/metadata.ts'
import { metadata } from '../protocol/metadata.ts'

/** The topics there are, or those of them that are named, with their copies; a name that is none is left out. */
export async function viewTopics(
  cluster: Cluster,
  names: readonly string[] | 'all' = 'all',
): Promise<TopicMetadata[]> {
  const { topics } = await describe(cluster, names)
  const missing: readonly number[] = [KAFKA.UNKNOWN_TOPIC_OR_PARTITION, KAFKA.INVALID_TOPIC_EXCEPTION]
  const found = topics.filter(({ error }) => !missing.includes(error))
  const wrong = found.find(({ error }) => error !== KAFKA.NONE)
  if (wrong !== undefined) throw refused('Metadata', wrong.error, { topic: wrong.name })
  const inOrder = found.map(topic => ({
    ...topic,
    partitions: topic.partitions.toSorted((a, b) => a.partition - b.partition),
  }))
  return inOrder.toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

/** Some of what is set for topics, by topic and key. Who may not see a topic's gets none of it. */
export function viewConfigs(
  cluster: Cluster,
  topics: readonly string[],
  keys: readonly string[],
): Promise<Map<string, Readonly<Record<string, string | null>>>> {
  return retrying('reading the configuration of topics', cluster, async () => {
    const configs = await (await cluster.any()).send(describeConfigs(topics, keys))
    return new Map(configs.map(({ topic, values }) => [topic, values]))
  })
}

/**
 * Bytes of the partitions, by `topic-partition`, one copy of each counted; as far as the brokers that can be reached
 * know them. Undefined for who may not ask.
 */
export async function viewSizes(cluster: Cluster): Promise<Map<string, number> | undefined> {
  const { brokers } = await describe(cluster, [])
  const sizes = new Map<string, number>()
  const directories = (await Promise.all(brokers.map(({ node }) => directoriesOf(cluster, node)))).flat()
  // Who may not ask is told of no directories, or that it may not.
  if (!directories.some(({ error }) => error === KAFKA.NONE)) return undefined
  for (const { topic, partition, bytes } of directories.flatMap(({ replicas }) => replicas)) {
    const key = `${topic}-${partition}`
    sizes.set(key, Math.max(bytes, sizes.get(key) ?? 0))
  }
  return sizes
}

/** Of a broker that is away, none: the others have copies, and it is not worth waiting for. */
async function directoriesOf(cluster: Cluster, node: number): Promise<LogDirectory[]> {
  try {
    return await (await cluster.broker(node, 'data')).send(describeLogDirs())
  } catch (error) {
    if (error instanceof KafkaDisconnected) return []
    throw error
  }
}

/** Deletes topics, and waits until no broker knows them: what has their names then is new. */
export async function removeTopics(cluster: Cluster, topics: readonly string[]): Promise<void> {
  if (topics.length === 0) return
  await retrying(`deleting ${topics.join(', ')}`, cluster, async () => {
    const connection = await cluster.controller()
    for (const { topic, error } of await connection.send(deleteTopics(topics, limits.kafkaRequestMs))) {
      if (error === KAFKA.NONE || error === KAFKA.UNKNOWN_TOPIC_OR_PARTITION) continue
      throw kafkaError(error).retriable
        ? new RetriableError('DeleteTopics', error)
        : refused('DeleteTopics', error, { topic })
    }
  })
  await retrying(`waiting for the end of ${topics.join(', ')}`, cluster, async () => {
    const left = await viewTopics(cluster, topics)
    if (left.length > 0) throw new RetriableError('DeleteTopics', KAFKA.REQUEST_TIMED_OUT)
  })
  for (const topic of topics) cluster.forget(topic)
}

function describe(cluster: Cluster, topics: readonly string[] | 'all'): Promise<Metadata> {
  return retrying('describing topics', cluster, async () => (await cluster.any()).send(metadata(topics)))
}
