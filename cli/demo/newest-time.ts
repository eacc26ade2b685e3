import { PartitionReader } from '../../connectors/log/partition-reader.ts'
import { describeTopic, partitionDirectory } from '../../connectors/log/topic-store.ts'

/** The newest timestamp in a topic, so that more events can go on from there; undefined if it is empty. */
export function newestTime(dataDir: string, topic: string): number | undefined {
  const { partitions } = describeTopic(dataDir, topic)
  const times = Array.from({ length: partitions }, (_, partition) => {
    const reader = PartitionReader.open(partitionDirectory(dataDir, topic, partition))
    try {
      return reader.lastTimestamp() ?? Number.NEGATIVE_INFINITY
    } finally {
      reader.close()
    }
  })
  const newest = Math.max(...times)
  return newest === Number.NEGATIVE_INFINITY ? undefined : newest
}
