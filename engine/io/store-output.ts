import type { Batch } from '../batch/batch.ts'
import type { Projection } from '../batch/project.ts'
import { projection } from '../batch/project.ts'
import type { Schema } from '../batch/schema.ts'
import { HeadraceError } from '../errors.ts'
import type { LiveContext } from '../graph/step-context.ts'
import { storeSchema } from '../stores/store-schema.ts'
import type { StoreReject, StoreSpec, Stores, StoreWriter } from '../stores/stores.ts'
import type { TaskOutput } from './output.ts'
import { RowPositions } from './row-positions.ts'
import type { RowCheck } from './value-checks.ts'
import { valueChecks } from './value-checks.ts'

export interface StoreOutputParts {
  readonly spec: StoreSpec
  readonly stores: Stores | undefined
  readonly context: LiveContext
  readonly job: string
  /** Takes what the store has refused for good. */
  readonly refused: (rejects: readonly StoreReject[]) => void | Promise<void>
}

/** Writes batches to a feature view or a series. A commit waits until the store has acknowledged them. */
export class StoreOutput implements TaskOutput {
  readonly tellsProgress = false
  private readonly parts: StoreOutputParts
  private schema: Schema | undefined
  private project: Projection | undefined
  private checks: readonly RowCheck[] = []
  private writer: StoreWriter | undefined
  private readonly waiting: Promise<void>[] = []
  /** Of the current flush. */
  private readonly rejects: StoreReject[] = []
  private readonly positions = new RowPositions()

  constructor(parts: StoreOutputParts) {
    this.parts = parts
  }

  get isOpen(): boolean {
    return this.project !== undefined
  }

  open(stream: Schema): void {
    const { spec, job, context } = this.parts
    const schema = storeSchema(spec, stream, { job, step: context.id })
    this.schema = schema
    this.project = projection(stream, schema, { job, step: context.id })
    this.checks = valueChecks(schema, spec)
  }

  /** The store is opened once it is known what goes there. */
  async ready(): Promise<void> {
    const { spec, stores, job, context } = this.parts
    const place = { job, step: context.id }
    if (stores === undefined) {
      throw new HeadraceError(
        'HR_STORE_MISSING',
        `no store is configured for ${spec.kind} "${spec.name}"`,
        place,
      )
    }
    this.writer = await stores.openWriter(spec, this.schema as Schema, place)
  }

  write(batch: Batch): void {
    const project = this.project as Projection
    let columns = project(batch)
    const kept = this.sift(batch, columns)
    if (kept !== batch) columns = project(kept)
    if (kept.rows === 0) return
    const { rows, time } = kept
    if (this.parts.spec.kind === 'features') this.noteNewest(time, rows)
    const written = this.writer?.write({ rows, columns, time, position: this.positions.of(kept) })
    if (written) this.waiting.push(written)
  }

  async stored(): Promise<void> {
    await this.settled()
    const rejects = (await this.writer?.flush()) ?? []
    this.rejects.push(...rejects)
  }

  flush(): void | Promise<void> {
    const rejects = this.rejects.splice(0)
    this.parts.context.counters.rejected += rejects.length
    this.parts.context.counters.out -= rejects.length
    if (rejects.length > 0) return this.parts.refused(rejects)
  }

  settled(): void | Promise<void> {
    if (this.waiting.length > 0) return Promise.all(this.waiting.splice(0)).then(() => {})
  }

  close(): void {
    this.writer?.close()
  }

  /** The batch without the rows that have a value which the store must not get. */
  private sift(batch: Batch, columns: ReturnType<Projection>): Batch {
    const kept = batch.arena.i32(batch.rows)
    let count = 0
    for (let row = 0; row < batch.rows; row++) {
      const message = this.complaint(columns, row)
      if (message === undefined) kept[count++] = row
      else this.parts.context.reject(batch, row, 'HR_VALUE_REFUSED', message)
    }
    return count === batch.rows ? batch : batch.pick(kept, count)
  }

  private noteNewest(time: Float64Array, rows: number): void {
    const { context, spec } = this.parts
    let newest = context.newest?.[1] ?? Number.NEGATIVE_INFINITY
    for (let row = 0; row < rows; row++) if (time[row] > newest) newest = time[row]
    context.newest = [spec.name, newest]
  }

  private complaint(columns: ReturnType<Projection>, row: number): string | undefined {
    for (const { column, complaint } of this.checks) {
      const found = complaint(columns[column], row)
      if (found !== undefined) return found
    }
    return undefined
  }
}
