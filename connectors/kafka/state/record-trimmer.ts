import { messageOf } from '../../../engine/errors.ts'
import type { Position } from '../../../engine/home.ts'
import { limits } from '../../../engine/limits.ts'
import type { ProducingCluster } from '../producer/producer.ts'
import { deleteRecords } from '../protocol/delete-records.ts'
import { KAFKA, kafkaError } from '../protocol/kafka-errors.ts'

/**
 * Has brokers delete records that nobody needs any more, beside the work and without holding it up. A failure
 * leaves them to the next time; it is told once, since in the long run the disk of the broker fills.
 */
export class RecordTrimmer {
  private readonly cluster: ProducingCluster
  private underway: Promise<void> | undefined
  private told = false
  private closed = false

  constructor(cluster: ProducingCluster) {
    this.cluster = cluster
  }

  /** All before the positions, unless an earlier call is still under way. */
  trim(positions: readonly Position[]): void {
    if (this.underway !== undefined || this.closed) return
    this.underway = this.deleteAll(positions).finally(() => (this.underway = undefined))
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    await this.underway
  }

  /** The same, and begins nothing more. */
  close(): Promise<void> {
    this.closed = true
    return this.idle()
  }

  private async deleteAll(positions: readonly Position[]): Promise<void> {
    for (const position of positions) {
      try {
        await this.delete(position)
      } catch (error) {
        this.cluster.forget(position.topic)
        this.tell(position, messageOf(error))
      }
    }
  }

  private async delete(position: Position): Promise<void> {
    const { topic, partition } = position
    const connection = await this.cluster.broker(await this.cluster.leader(topic, partition), 'data')
    const [answer] = await connection.send(deleteRecords([position], limits.kafkaRequestMs))
    // Somebody was faster, or the partition was deleted: nothing is left to do.
    if (answer.error !== KAFKA.NONE && answer.error !== KAFKA.OFFSET_OUT_OF_RANGE) {
      throw new Error(kafkaError(answer.error).name)
    }
  }

  private tell({ topic, partition }: Position, reason: string): void {
    if (this.told || this.closed) return
    this.told = true
    this.cluster.notify({
      message: `records that are not needed any more stay where they are: ${reason}`,
      topic,
      partition,
    })
  }
}
