import type { OperatorFunction } from 'rxjs'
import { Batch } from '../engine/batch/batch.ts'
import { cursorFor } from '../engine/batch/cursor.ts'
import { eachLoop } from '../engine/batch/loops.ts'
import { Misfit, nullableOf } from '../engine/batch/misfit.ts'
import type { Field, Fields, RowOf, Schema } from '../engine/batch/schema.ts'
import { makeSchema } from '../engine/batch/schema.ts'
import { columnOfValues } from '../engine/batch/value-columns.ts'
import { operator } from '../engine/graph/operator.ts'
import { limits } from '../engine/limits.ts'
import type { RunningStep, StepContext } from '../engine/step.ts'

/**
 * Makes any number of rows of each row, with the given columns. They have the event time and the place in
 * the log of the row that they were made of.
 */
export function flatMap<T, const F extends Fields>(
  fields: F,
  expand: (row: T) => Iterable<RowOf<F>>,
): OperatorFunction<Batch<T>, Batch<RowOf<F>>> {
  return operator<T, RowOf<F>>({
    kind: 'flatMap',
    id: null,
    start: ([input], context) => new FlatMap(input, fields, expand, context) as RunningStep<T, RowOf<F>>,
  })
}

interface Gathering {
  readonly name: string
  readonly field: Field
  readonly fits: (value: unknown) => boolean
  values: unknown[]
}

class FlatMap<T> implements RunningStep<T, unknown> {
  readonly schema: Schema
  private readonly context: StepContext<T, unknown>
  private readonly columns: readonly Gathering[]
  /** For each row made so far, the row of the batch that it was made of. */
  private origins: number[] = []
  private readonly run: (batch: Batch<T>) => void

  constructor(
    input: Schema<T>,
    fields: Fields,
    expand: (row: T) => Iterable<unknown>,
    context: StepContext<T, never>,
  ) {
    this.schema = makeSchema(context.id, fields)
    this.context = context as StepContext<T, unknown>
    this.columns = Object.entries(fields).map(([name, field]) => ({
      name,
      field,
      fits: nullableOf(field),
      values: [],
    }))
    const cursor = cursorFor(input)
    const loop = eachLoop<T>(context.id, (row, index) => this.expand(expand(row), index))
    this.run = batch => {
      cursor.$bind(batch)
      loop(cursor, batch.rows, context.failed(batch).note)
    }
  }

  push(batch: Batch<T>): void {
    this.run(batch)
    const { origins } = this
    for (let from = 0; from < origins.length; from += limits.batchRows) {
      this.emit(batch, from, Math.min(origins.length, from + limits.batchRows))
    }
    this.cut(0)
  }

  /** Takes in what one row was made into: all of it or, where the lambda throws, nothing. */
  private expand(made: Iterable<unknown>, row: number): void {
    const before = this.origins.length
    try {
      for (const one of made) {
        if (this.origins.length - before === limits.flatMapRows) {
          throw new RangeError(`more than ${limits.flatMapRows} rows are made of one row`)
        }
        this.add(one as Readonly<Record<string, unknown>>)
        this.origins.push(row)
      }
    } catch (error) {
      this.cut(before)
      throw error
    }
  }

  private add(made: Readonly<Record<string, unknown>>): void {
    for (const { name, field, fits, values } of this.columns) {
      const value = made[name]
      if (!fits(value)) throw new Misfit(name, field, value)
      values.push(value)
    }
  }

  private cut(length: number): void {
    this.origins.length = length
    for (const { values } of this.columns) values.length = length
  }

  private emit(batch: Batch<T>, from: number, to: number): void {
    const { arena, tick } = batch
    const count = to - from
    const at = arena.i32(count)
    const time = arena.f64(count)
    const watermark = arena.f64(count)
    for (let i = 0; i < count; i++) {
      const row = this.origins[from + i]
      at[i] = batch.causeOf(row)
      time[i] = batch.time[row]
      watermark[i] = batch.watermark[row]
    }
    const columns = this.columns.map(({ field, values }) =>
      columnOfValues(field, values.slice(from, to), arena),
    )
    const made = new Batch(this.schema, tick, count, at, { column: index => columns[index] }, time, watermark)
    if (batch.trail !== null) {
      made.trail = Int32Array.from({ length: count }, (_, i) => batch.originOf(this.origins[from + i]))
    }
    this.context.emit(made)
  }
}
