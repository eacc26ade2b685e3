import { partitionOf } from '../../engine/codec/murmur2.ts'
import { RecordBatchBuilder } from '../../engine/codec/record/write.ts'

/** Rows of one topic that are sent together, by partition: finished record batches. */
export interface Sent {
  readonly topic: string
  readonly partition: number
  readonly batch: Uint8Array
}

const encoder = new TextEncoder()

/** Gathers rows of a topic in batches, one for each partition, where their users belong. */
export class RowBatches {
  private readonly topic: string
  private readonly partitions: number
  private readonly builders = new Map<number, RecordBatchBuilder>()

  constructor(topic: string, partitions: number) {
    this.topic = topic
    this.partitions = partitions
  }

  add(time: number, user: number, value: string | null): void {
    const partition = partitionOfUser(user, this.partitions)
    const builder = this.builders.getOrInsertComputed(partition, () => new RecordBatchBuilder())
    builder.append(time, encoder.encode(String(user)), value === null ? null : encoder.encode(value))
  }

  sent(): Sent[] {
    const { topic } = this
    return [...this.builders].map(([partition, builder]) => ({ topic, partition, batch: builder.build() }))
  }
}

/** One user of each partition. */
export function userInEach(partitions: number): number[] {
  return Array.from({ length: partitions }, (_, partition) => {
    for (let user = 0; ; user++) if (partitionOfUser(user, partitions) === partition) return user
  })
}

function partitionOfUser(user: number, partitions: number): number {
  const key = encoder.encode(String(user))
  return partitionOf(key, 0, key.length, partitions)
}
