import type { PartitionMetadata } from '../../connectors/kafka/protocol/metadata.ts'

/** What is wrong with the partitions of a topic, in words; null if nothing is. */
export function troubleOf(partitions: readonly PartitionMetadata[]): string | null {
  const all = partitions.length
  const leaderless = partitions.filter(({ leader }) => leader < 0).length
  const behind = partitions.filter(({ replicas, inSync }) => inSync.length < replicas.length).length
  const parts = [
    leaderless > 0 ? `${leaderless} of ${all} without a leader` : '',
    behind > 0 ? `${behind} of ${all} with too few copies` : '',
  ]
  return parts.filter(part => part !== '').join(', ') || null
}
