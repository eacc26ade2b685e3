import type { LogHomeOptions } from '../../connectors/log/config.ts'
import { LogProducer } from '../../connectors/log/producer.ts'
import { RecordBatchBuilder } from '../../engine/codec/record/write.ts'
import { RowWriter } from '../../engine/io/row-writer.ts'
import { limits } from '../../engine/limits.ts'
import type { SourceSpec } from '../../engine/topic.ts'
import type { ClickGenerator } from './click-generator.ts'

/** Writes generated clicks to the topic that the job reads. */
export class ClickFeed {
  events = 0
  private readonly generator: ClickGenerator
  private readonly producer: LogProducer
  private readonly writer: RowWriter

  constructor(generator: ClickGenerator, spec: SourceSpec, options: LogHomeOptions) {
    this.generator = generator
    this.producer = LogProducer.open(spec.name, options)
    const append = (_: string, partition: number, batch: Uint8Array) =>
      void this.producer.append(partition, batch)
    this.writer = new RowWriter(spec, spec.time, this.producer.partitions, { append })
  }

  /** Appends so many events and lets the job see them. */
  async append(events: number): Promise<void> {
    for (let left = events; left > 0; left -= limits.batchRows) {
      const { clicks, broken } = this.generator.next(Math.min(left, limits.batchRows))
      this.writer.write(clicks)
      await this.writer.flush()
      for (const value of broken) this.appendBroken(value, clicks.at(-1)?.ts ?? 0)
    }
    this.producer.commit()
    this.events += events
  }

  close(): void {
    this.producer.close()
  }

  private appendBroken(value: string, time: number): void {
    const builder = new RecordBatchBuilder(256)
    builder.append(time, null, Buffer.from(value))
    this.producer.append(value.length % this.producer.partitions, builder.build())
  }
}
