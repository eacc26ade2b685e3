import { PartitionWriter } from '../../connectors/log/partition-writer.ts'
import { batchOf } from './log-partition.ts'

/** A process of its own that writes a partition in small commits, `count` batches of three rows. */
const [directory, count] = process.argv.slice(2)
const writer = PartitionWriter.open(directory, { segmentBytes: 20_000, fsync: 'never' })
for (let batch = 0; batch < Number(count); batch++) {
  writer.append(batchOf(3, 20, batch))
  if (batch % 7 === 0) writer.commit()
}
writer.commit()
writer.close()
