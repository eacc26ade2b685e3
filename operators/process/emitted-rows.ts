import { Batch } from '../../engine/batch/batch.ts'
import { Misfit, nullableOf } from '../../engine/batch/misfit.ts'
import type { Field, Schema } from '../../engine/batch/schema.ts'
import type { Tick } from '../../engine/batch/tick.ts'
import { columnOfValues } from '../../engine/batch/value-columns.ts'

interface Gathering {
  readonly name: string
  readonly field: Field
  readonly fits: (value: unknown) => boolean
  values: unknown[]
}

/** Rows that a function has emitted, until they are sent on as a batch. */
export class EmittedRows {
  readonly schema: Schema
  private readonly columns: readonly Gathering[]
  private at: number[] = []
  private time: number[] = []
  private watermark: number[] = []

  constructor(schema: Schema) {
    this.schema = schema
    this.columns = schema.names.map(name => {
      const field = schema.fields[name]
      return { name, field, fits: nullableOf(field), values: [] }
    })
  }

  get count(): number {
    return this.at.length
  }

  add(row: Readonly<Record<string, unknown>>, at: number, time: number, watermark: number): void {
    for (const { name, field, fits } of this.columns) {
      if (!fits(row[name])) throw new Misfit(name, field, row[name])
    }
    for (const { name, values } of this.columns) values.push(row[name] ?? null)
    this.at.push(at)
    this.time.push(time)
    this.watermark.push(watermark)
  }

  /** Takes back all rows but the first `count`. */
  cut(count: number): void {
    if (count === this.at.length) return
    for (const { values } of this.columns) values.length = count
    this.at.length = count
    this.time.length = count
    this.watermark.length = count
  }

  /** The rows as a batch; none are left then. */
  take(tick: Tick): Batch {
    const { arena } = tick
    const columns = this.columns.map(({ field, values }) => columnOfValues(field, values, arena))
    const count = this.count
    const at = arena.i32(count)
    const time = arena.f64(count)
    const watermark = arena.f64(count)
    at.set(this.at)
    time.set(this.time)
    watermark.set(this.watermark)
    this.cut(0)
    return new Batch(this.schema, tick, count, at, { column: index => columns[index] }, time, watermark)
  }
}
