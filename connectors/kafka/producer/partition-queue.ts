/** A batch on its way to a partition: ready to be sent, again and again until the broker has it. */
export interface QueuedBatch {
  readonly bytes: Uint8Array
  /** Told the offset of the batch's first record; -1 where the broker does not know it any more. */
  readonly acked?: (baseOffset: number) => void
}

/** The batches that wait for one partition. One is under way at a time, so that none overtakes another. */
export class PartitionQueue {
  readonly topic: string
  readonly partition: number
  readonly waiting: QueuedBatch[] = []
  busy = false
  private sequence = 0

  constructor(topic: string, partition: number) {
    this.topic = topic
    this.partition = partition
  }

  /** The number of the next record, by which the partition tells repeated batches from new ones; wraps at 2^31. */
  take(records: number): number {
    const first = this.sequence
    this.sequence = (first + records) % 2 ** 31
    return first
  }
}
