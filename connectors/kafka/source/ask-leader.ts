import { RetriableError, retrying } from '../cluster/retry.ts'
import type { PartitionCode, TopicPartition } from '../protocol/by-topic.ts'
import { KAFKA, kafkaError, refused } from '../protocol/kafka-errors.ts'
import type { Isolation, OffsetAt } from '../protocol/list-offsets.ts'
import { listOffsets } from '../protocol/list-offsets.ts'
import type { KafkaRequest } from '../protocol/request.ts'
import type { FetchingCluster } from './fetching-cluster.ts'

/** Asks the leader of a partition something about it. Whatever goes wrong, the leader may be another next time. */
export async function askLeader<T extends PartitionCode>(
  cluster: FetchingCluster,
  { topic, partition }: TopicPartition,
  request: KafkaRequest<T[]>,
): Promise<T> {
  try {
    const connection = await cluster.broker(await cluster.leader(topic, partition), 'data')
    const [answer] = await connection.send(request)
    if (answer.error === KAFKA.NONE) return answer
    if (kafkaError(answer.error).retriable) throw new RetriableError(request.name, answer.error)
    throw refused(request.name, answer.error, { topic, partition })
  } catch (error) {
    cluster.forget(topic)
    throw error
  }
}

/** The offset of a place in a partition; -1 where there is no record as young as a time. */
export function offsetAt(
  cluster: FetchingCluster,
  place: TopicPartition,
  at: OffsetAt,
  isolation: Isolation,
  signal?: AbortSignal,
): Promise<number> {
  const { topic, partition } = place
  const what = `finding offsets of ${topic}-${partition}`
  const request = listOffsets([{ topic, partition, at }], isolation)
  return retrying(what, cluster, async () => (await askLeader(cluster, place, request)).offset, signal)
}
