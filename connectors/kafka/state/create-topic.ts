import { HeadraceError } from '../../../engine/errors.ts'
import type { TopicRole } from '../../../engine/home.ts'
import { limits } from '../../../engine/limits.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { RetriableError, retrying } from '../cluster/retry.ts'
import { createPartitions } from '../protocol/create-partitions.ts'
import type { NewTopic, TopicAnswer } from '../protocol/create-topics.ts'
import { createTopics } from '../protocol/create-topics.ts'
import { KAFKA, kafkaError, refused } from '../protocol/kafka-errors.ts'
import type { KafkaRequest } from '../protocol/request.ts'

export type TopicsCluster = Pick<Cluster, 'controller' | 'leader' | 'partitions' | 'forget' | 'notify'>

/** A record that is this far ahead of the broker's clock is taken, as event times may be. Brokers before 3.6 take all. */
const takesFuture = 'message.timestamp.after.max.ms'
const anyTime = String(Number.MAX_SAFE_INTEGER)

/**
 * A topic whose records stay until we delete them, whatever their time. Segments are small, as disk comes free
 * by whole segments.
 */
export function lastingTopic(topic: string, partitions: number, replicationFactor = -1): NewTopic {
  return {
    topic,
    partitions,
    replicationFactor,
    config: {
      'cleanup.policy': 'delete',
      'retention.ms': '-1',
      'retention.bytes': '-1',
      'segment.bytes': String(limits.kafkaSegmentBytes),
      [takesFuture]: anyTime,
    },
  }
}

export interface MadeTopics {
  /** For those that others read too; without, their number of partitions is up to the job, the rest to the broker. */
  readonly createTopics?: { readonly partitions?: number; readonly config?: Readonly<Record<string, string>> }
  readonly replicationFactor?: number
}

/** A topic as a job that writes it needs it. */
export function topicFor(
  role: TopicRole,
  topic: string,
  partitions: number,
  { createTopics, replicationFactor = -1 }: MadeTopics,
): NewTopic {
  if (role === 'repartition') return lastingTopic(topic, partitions, replicationFactor)
  const asked = role === 'output' ? (createTopics?.partitions ?? partitions) : partitions
  const config = { [takesFuture]: anyTime, ...createTopics?.config }
  return { topic, partitions: asked, replicationFactor, config }
}

/** Makes a topic; HR_TOPIC_EXISTS where it is there. */
export async function createTopic(cluster: TopicsCluster, topic: NewTopic): Promise<void> {
  if (await makeTopic(cluster, topic)) return
  throw new HeadraceError('HR_TOPIC_EXISTS', `there is a topic ${topic.topic} already`)
}

/** True once the topic is made, false where there was one of this name; in both cases it has its leaders then. */
export async function makeTopic(cluster: TopicsCluster, topic: NewTopic): Promise<boolean> {
  const answer = await ask(cluster, createTopics([topic], limits.kafkaRequestMs), topic.topic)
  const { error, message, repeated } = answer
  if (error === KAFKA.TOPIC_ALREADY_EXISTS && !repeated) {
    // It may be so new that not all brokers have heard of it.
    await cluster.leader(topic.topic, 0)
    return false
  }
  if (error === KAFKA.INVALID_CONFIG && takesFuture in topic.config) {
    const { [takesFuture]: _, ...config } = topic.config
    return makeTopic(cluster, { ...topic, config })
  }
  if (error !== KAFKA.NONE && error !== KAFKA.TOPIC_ALREADY_EXISTS) {
    throw refused('CreateTopics', error, { topic: topic.topic }, message)
  }
  cluster.forget(topic.topic)
  for (let partition = 0; partition < topic.partitions; partition++)
    await cluster.leader(topic.topic, partition)
  return true
}

/** Grows a topic; several may do so at once, to the same size. */
export async function growTopic(cluster: TopicsCluster, topic: string, partitions: number): Promise<void> {
  const request = createPartitions([{ topic, partitions }], limits.kafkaRequestMs)
  const { error, message } = await ask(cluster, request, topic)
  cluster.forget(topic)
  if (error === KAFKA.NONE || (await cluster.partitions(topic)) === partitions) return
  throw refused('CreatePartitions', error, { topic }, message)
}

/** Repeated: an attempt before this one may have done it, and its answer been lost. */
async function ask(
  cluster: TopicsCluster,
  request: KafkaRequest<TopicAnswer[]>,
  topic: string,
): Promise<TopicAnswer & { repeated: boolean }> {
  let attempts = 0
  return retrying(`${request.name} for ${topic}`, cluster, async () => {
    attempts++
    const [answer] = await (await cluster.controller()).send(request, limits.kafkaRequestMs * 2)
    if (kafkaError(answer.error).retriable) throw new RetriableError(request.name, answer.error)
    return { ...answer, repeated: attempts > 1 }
  })
}
