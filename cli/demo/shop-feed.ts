import type { LogHomeOptions } from '../../connectors/log/config.ts'
import { LogProducer } from '../../connectors/log/producer.ts'
import { RecordBatchBuilder } from '../../engine/codec/record/write.ts'
import { RowWriter } from '../../engine/io/row-writer.ts'
import { limits } from '../../engine/limits.ts'
import type { SourceSpec } from '../../engine/topic.ts'
import type { ShopGenerator } from '../../jobs/clickstream/shop-generator.ts'

/** Writes what a generated shop sees to the topics that the job reads. */
export class ShopFeed {
  events = 0
  private readonly generator: ShopGenerator
  private readonly clicks: TopicFeed
  private readonly purchases: TopicFeed

  constructor(
    generator: ShopGenerator,
    topics: { readonly clicks: SourceSpec; readonly purchases: SourceSpec },
    options: LogHomeOptions,
  ) {
    this.generator = generator
    this.clicks = new TopicFeed(topics.clicks, options)
    this.purchases = new TopicFeed(topics.purchases, options)
  }

  /** Appends so many events and lets the job see them. */
  async append(events: number): Promise<void> {
    for (let left = events; left > 0; left -= limits.batchRows) {
      const { clicks, purchases, broken } = this.generator.next(Math.min(left, limits.batchRows))
      await this.purchases.write(purchases)
      await this.clicks.write(clicks)
      for (const value of broken) this.clicks.writeBroken(value, clicks.at(-1)?.ts ?? 0)
    }
    this.purchases.commit()
    this.clicks.commit()
    this.events += events
  }

  close(): void {
    this.clicks.close()
    this.purchases.close()
  }
}

class TopicFeed {
  private readonly producer: LogProducer
  private readonly writer: RowWriter

  constructor(spec: SourceSpec, options: LogHomeOptions) {
    this.producer = LogProducer.open(spec.name, options)
    const append = (_: string, partition: number, batch: Uint8Array) =>
      void this.producer.append(partition, batch)
    this.writer = new RowWriter(spec, spec.time, this.producer.partitions, { append })
  }

  async write(rows: readonly object[]): Promise<void> {
    this.writer.write(rows as never)
    await this.writer.flush()
  }

  writeBroken(value: string, time: number): void {
    const builder = new RecordBatchBuilder(256)
    builder.append(time, null, Buffer.from(value))
    this.producer.append(value.length % this.producer.partitions, builder.build())
  }

  commit(): void {
    this.producer.commit()
  }

  close(): void {
    this.producer.close()
  }
}
