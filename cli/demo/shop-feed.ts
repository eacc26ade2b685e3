import { RecordBatchBuilder } from '../../engine/codec/record/write.ts'
import { RowWriter } from '../../engine/io/row-writer.ts'
import { limits } from '../../engine/limits.ts'
import type { SourceSpec, Topic } from '../../engine/topic.ts'
import { sourceSpec } from '../../engine/topic.ts'
import type { ShopEvents, ShopGenerator } from '../../jobs/clickstream/shop-generator.ts'
import { clicks, purchases } from '../../jobs/clickstream/topics.ts'
import type { Appender, Place } from '../place/place.ts'

/** Writes what a generated shop sees to the topics that the job reads. */
export class ShopFeed {
  events = 0
  private readonly generator: ShopGenerator
  private readonly clicks: TopicFeed
  private readonly purchases: TopicFeed

  static async open(generator: ShopGenerator, place: Place): Promise<ShopFeed> {
    return new ShopFeed(
      generator,
      await TopicFeed.open(clicks, place),
      await TopicFeed.open(purchases, place),
    )
  }

  private constructor(generator: ShopGenerator, toClicks: TopicFeed, toPurchases: TopicFeed) {
    this.generator = generator
    this.clicks = toClicks
    this.purchases = toPurchases
  }

  /** Appends so many events and lets the job see them. */
  async append(events: number): Promise<void> {
    for (let left = events; left > 0; left -= limits.batchRows) {
      await this.write(this.generator.next(Math.min(left, limits.batchRows)))
    }
    await this.commit()
    this.events += events
  }

  /** Appends events that were made already; they may not be there before the commit. */
  async write({ clicks, purchases, broken }: ShopEvents): Promise<void> {
    await this.purchases.write(purchases)
    await this.clicks.write(clicks)
    for (const value of broken) await this.clicks.writeBroken(value, clicks.at(-1)?.ts ?? 0)
  }

  async commit(): Promise<void> {
    await this.purchases.commit()
    await this.clicks.commit()
  }

  async close(): Promise<void> {
    await this.clicks.close()
    await this.purchases.close()
  }
}

class TopicFeed {
  private readonly appender: Appender
  private readonly writer: RowWriter

  static async open<T>(of: Topic<T>, place: Place): Promise<TopicFeed> {
    return new TopicFeed(sourceSpec(of, false, {}), await place.openAppender(of.name))
  }

  private constructor(spec: SourceSpec, appender: Appender) {
    this.appender = appender
    const append = (_: string, partition: number, batch: Uint8Array) => appender.append(partition, batch)
    this.writer = new RowWriter(spec, spec.time, appender.partitions, { append })
  }

  async write(rows: readonly object[]): Promise<void> {
    this.writer.write(rows as never)
    await this.writer.flush()
  }

  async writeBroken(value: string, time: number): Promise<void> {
    const builder = new RecordBatchBuilder(256)
    builder.append(time, null, Buffer.from(value))
    await this.appender.append(value.length % this.appender.partitions, builder.build())
  }

  async commit(): Promise<void> {
    await this.appender.commit()
  }

  async close(): Promise<void> {
    this.writer.close()
    await this.appender.close()
  }
}
