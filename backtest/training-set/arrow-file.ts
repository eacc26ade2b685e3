import { setImmediate } from 'node:timers/promises'
import { RecordBatchFileWriter } from 'apache-arrow'
import { BatchArena } from '../../engine/batch/arena.ts'
import { toArrow } from '../../engine/batch/arrow/index.ts'
import { Batch } from '../../engine/batch/batch.ts'
import type { Schema } from '../../engine/batch/schema.ts'
import { Tick } from '../../engine/batch/tick.ts'
import { columnOfValues } from '../../engine/batch/value-columns.ts'
import type { OutputFile } from './output-file.ts'
import type { RowFile } from './row-file.ts'

/** Arrow's file format, which is Feather: each write is a record batch. */
export class ArrowFile implements RowFile {
  private readonly schema: Schema
  private readonly arena = new BatchArena()
  private readonly writer = new RecordBatchFileWriter()
  private readonly written: Promise<void>
  private isEmpty = true

  constructor(out: OutputFile, schema: Schema) {
    this.schema = schema
    this.written = drain(this.writer, out)
    // Who finishes hears of it.
    this.written.catch(() => {})
  }

  async write(columns: readonly unknown[][]): Promise<void> {
    const { schema, arena, writer } = this
    const tick = new Tick(arena, Number.NEGATIVE_INFINITY, Number.NaN)
    const rows = columns[0].length
    const column = (index: number) =>
      columnOfValues(schema.fields[schema.names[index]], columns[index], arena)
    writer.write(toArrow(new Batch(schema, tick, rows, null, { column })))
    this.isEmpty = false
    // What it has queued, which is the memory of the batch, is written by then.
    await setImmediate()
    arena.reset()
  }

  async finish(): Promise<void> {
    // Without any batch there would be no schema.
    if (this.isEmpty) await this.write(this.schema.names.map(() => []))
    this.writer.finish()
    await this.written
    this.arena.close()
  }
}

async function drain(writer: RecordBatchFileWriter, out: OutputFile): Promise<void> {
  for await (const bytes of writer) out.write(bytes)
}
