import type { Batch } from '../batch/batch.ts'
import { IntColumn, NumberColumn } from '../batch/columns.ts'
import type { Schema } from '../batch/schema.ts'
import { RecordBatchBuilder } from '../codec/record/write.ts'
import type { OutputParts, TaskOutput } from './output.ts'
import { TopicOutput } from './output.ts'
import { carriedSchema, progressKey } from './repartition-format.ts'

/** The end of a stage: rows go to the partition of their new key, with what the next stage has to know of them. */
export class RepartitionOutput implements TaskOutput {
  readonly tellsProgress = true
  private readonly parts: OutputParts
  private output: TopicOutput | undefined
  private carried: Schema | undefined
  private told = Number.NEGATIVE_INFINITY

  constructor(parts: OutputParts) {
    this.parts = parts
  }

  get isOpen(): boolean {
    return this.output !== undefined
  }

  open(schema: Schema): void {
    const carried = carriedSchema(schema)
    this.carried = carried
    this.output = new TopicOutput({ ...this.parts, spec: { ...this.parts.spec, schema: carried } })
    this.output.open(carried)
  }

  write(batch: Batch): void {
    const fields = batch.schema.names.length
    const { rows, arena } = batch
    const column = (index: number) => {
      if (index < fields) return batch.column(index)
      return index === fields
        ? new IntColumn(arena.i32(rows).fill(this.parts.taskPartition))
        : new NumberColumn(batch.watermark)
    }
    this.output?.write(batch.withColumns(this.carried as Schema, { column }))
  }

  /** Rows first, then how far the task has come: whoever reads that has all rows before it. */
  async flush(watermark: number): Promise<void> {
    await this.output?.flush()
    if (watermark === this.told) return
    this.told = watermark
    const { home, spec, partitions, taskPartition } = this.parts
    for (let partition = 0; partition < partitions; partition++) {
      const builder = new RecordBatchBuilder()
      builder.append(0, progressKey(taskPartition, watermark), null)
      await home.append(spec.name, partition, builder.build())
    }
  }

  settled(): void | Promise<void> {
    return this.output?.settled()
  }
}
