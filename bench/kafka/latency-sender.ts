import { RowWriter } from '../../engine/io/row-writer.ts'
import { topicSpec } from '../../engine/topic.ts'
import { PARTITIONS } from '../events.ts'
import { sentTopic } from './latency-job.ts'
import { Loader } from './loader.ts'
import { now } from './meter.ts'

/** Sends numbered events that say when they were sent. */
export class LatencySender {
  sent = 0
  private readonly loader: Loader
  private readonly writer: RowWriter
  private readonly keys: number

  static async open(brokers: readonly string[], topic: string, keys: number): Promise<LatencySender> {
    return new LatencySender(await Loader.open(brokers, topic), topic, keys)
  }

  private constructor(loader: Loader, topic: string, keys: number) {
    this.loader = loader
    this.keys = keys
    this.writer = new RowWriter(topicSpec(sentTopic(topic)), 'ts', PARTITIONS, {
      append: (_, partition, batch) => loader.append(partition, batch),
    })
  }

  /** Resolves when more may be sent; that is before all of it is acknowledged. */
  async send(count: number): Promise<void> {
    if (count <= 0) return
    const [ts, sent] = [Date.now(), now()]
    const rows = Array.from({ length: count }, (_, k) => {
      const id = this.sent + k
      return { ts, user: id % this.keys, id, sent }
    })
    this.sent += count
    this.writer.write(rows)
    await this.writer.flush()
  }

  async close(): Promise<void> {
    await this.loader.flush()
    await this.loader.close()
    this.writer.close()
  }
}
