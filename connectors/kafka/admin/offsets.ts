import type { Cluster } from '../cluster/cluster.ts'
import { RetriableError, retrying } from '../cluster/retry.ts'
import { KAFKA, kafkaError, refused } from '../protocol/kafka-errors.ts'
import type { Isolation, ListedOffset, OffsetAt } from '../protocol/list-offsets.ts'
import { listOffsets } from '../protocol/list-offsets.ts'
import type { TopicMetadata } from '../protocol/metadata.ts'
import { viewTopics } from './topics.ts'

/**
 * The offsets of all partitions of topics at a place, by topic, as who reads what is committed sees it unless told. Undefined
 * for a partition that nobody leads, -1 where no record is as young as the time that is asked for.
 */
export function viewOffsets(
  cluster: Cluster,
  topics: readonly string[] | 'all',
  at: OffsetAt,
  isolation: Isolation = 'stable',
): Promise<Map<string, (number | undefined)[]>> {
  return retrying('asking for the offsets of topics', cluster, async () => {
    const described = await viewTopics(cluster, topics)
    const listed = await Promise.all(
      [...byLeader(described)].map(async ([leader, partitions]) => {
        const asked = partitions.map(place => ({ ...place, at }))
        return (await cluster.broker(leader, 'data')).send(listOffsets(asked, isolation))
      }),
    )
    const offsets = new Map(
      described.map(({ name, partitions }) => [name, partitions.map((): number | undefined => undefined)]),
    )
    for (const { topic, partition, offset } of listed.flat().filter(isAnswered)) {
      const ofTopic = offsets.get(topic)
      if (ofTopic !== undefined) ofTopic[partition] = offset
    }
    return offsets
  })
}

function byLeader(topics: readonly TopicMetadata[]) {
  const led = topics.flatMap(({ name, partitions }) =>
    partitions
      .filter(({ leader }) => leader >= 0)
      .map(({ partition, leader }) => ({ topic: name, partition, leader })),
  )
  return Map.groupBy(led, ({ leader }) => leader)
}

function isAnswered({ topic, partition, error }: ListedOffset): boolean {
  if (error === KAFKA.NONE) return true
  if (kafkaError(error).retriable) throw new RetriableError('ListOffsets', error)
  throw refused('ListOffsets', error, { topic, partition })
}
