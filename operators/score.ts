import type { OperatorFunction } from 'rxjs'
import type { Batch } from '../engine/batch/batch.ts'
import type { Column } from '../engine/batch/columns.ts'
import { gather, IntColumn } from '../engine/batch/columns.ts'
import { interleave } from '../engine/batch/interleave.ts'
import type { Field, Fields, RowOf, Schema } from '../engine/batch/schema.ts'
import { int, makeSchema } from '../engine/batch/schema.ts'
import { columnOfValues } from '../engine/batch/value-columns.ts'
import { operator } from '../engine/graph/operator.ts'
import type { Model } from '../engine/models/model.ts'
import type { Scorer } from '../engine/models/scorer.ts'
import type { RunningStep, StepContext } from '../engine/step.ts'
import type { InputSources, LooseOptions, ScoreOptions } from './score/options.ts'
import { addedFields, missingPolicy, scorerOptions } from './score/options.ts'
import { RowInputs } from './score/row-inputs.ts'
import { TickRows } from './score/tick-rows.ts'

/** Inputs that no column of that name and type is there for. */
type Lacking<T, I> = {
  [K in keyof I]: K extends keyof T ? (NonNullable<T[K]> extends I[K] ? never : K) : K
}[keyof I]

type Needed<T, I> = { readonly inputs: Required<Pick<InputSources<T, I>, Lacking<T, I>>> }

/** The options may be left out where each input is a column of the same name. */
type OptionsFor<T, I, O, P extends string> = [Lacking<T, I>] extends [never]
  ? [options?: ScoreOptions<T, I, O, P>]
  : [options: ScoreOptions<T, I, O, P> & Needed<T, I>]

/** A row with the answers of a model, and the version that has given them: 0 where the fallback has. */
export type Scored<T, O, P extends string> = {
  readonly [K in keyof T | `${P}${(keyof O & string) | 'modelVersion'}`]: K extends keyof T
    ? T[K]
    : K extends `${P}modelVersion`
      ? number
      : K extends `${P}${infer N}`
        ? N extends keyof O
          ? O[N]
          : never
        : never
}

/**
 * Gives rows the answers of a model, in the version that serves at the moment. The rows keep their order; all those of
 * a tick are scored together, by one version.
 */
export function score<T, I extends Fields, O extends Fields, const P extends string = ''>(
  id: string,
  model: Model<I, O>,
  ...[options]: OptionsFor<T, RowOf<I>, RowOf<O>, P>
): OperatorFunction<Batch<T>, Batch<Scored<T, RowOf<O>, P>>> {
  return operator<T, Scored<T, RowOf<O>, P>>({
    kind: 'score',
    id,
    start: ([schema], context) =>
      new Score(schema as Schema, model, (options ?? {}) as LooseOptions, context as never) as never,
  })
}

class Score implements RunningStep<unknown, unknown> {
  readonly schema: Schema
  private readonly context: StepContext<unknown, unknown>
  private readonly model: Model
  private readonly inputs: RowInputs
  private readonly scorer: Scorer
  private readonly ownColumns: number
  private readonly onMissing: 'fallback' | 'reject'
  /** What is answered for a row that lacks an input, in the order of the outputs. */
  private readonly fallback: readonly unknown[]
  /** What the tick has brought. */
  private arrived: Batch[] = []

  constructor(stream: Schema, model: Model, options: LooseOptions, context: StepContext<unknown, unknown>) {
    const { id } = context
    this.context = context
    this.model = model
    this.inputs = new RowInputs(stream, model, options.inputs ?? {}, context)
    this.ownColumns = stream.names.length
    const added = addedFields(id, model, options.prefix ?? '', int(), stream.names)
    this.schema = makeSchema(stream.name, { ...stream.fields, ...added })
    this.onMissing = missingPolicy(id, options)
    this.fallback = Object.keys(model.outputs).map(name => options.fallback?.[name])
    this.scorer = context.scorer(model, scorerOptions(id, options))
  }

  push(batch: Batch): void {
    this.arrived.push(this.inputs.prepare(batch))
  }

  advance(): void | Promise<void> {
    if (this.arrived.length > 0) return this.pass(this.arrived.splice(0))
  }

  close(): void {
    this.scorer.close()
  }

  private async pass(batches: readonly Batch[]): Promise<void> {
    const tick = new TickRows(batches, this.inputs.columns)
    const { complete, count, rows } = tick
    const { arena } = batches[0]
    const scores = await this.scorer.score(tick.inputs, count, arena)
    const columns = [...scores.outputs, new IntColumn(scores.versions)]
    if (complete === null) return this.emit(batches, columns)
    if (this.onMissing === 'fallback') {
      this.scorer.countFallbacks(rows - count)
      return this.emit(batches, this.withFallbacks(columns, tick, batches[0]))
    }
    this.emit(this.withoutMissing(batches, tick), columns)
  }

  /** The answers, and the fallback for the rows between them. */
  private withFallbacks(
    columns: readonly Column[],
    { rows, count, complete }: TickRows,
    { arena }: Batch,
  ): Column[] {
    const parts = arena.i32(rows).fill(1)
    const own = arena.i32(rows).fill(0)
    for (let i = 0; i < count; i++) {
      const row = (complete as Int32Array)[i]
      parts[row] = 0
      own[row] = i
    }
    const fields = [...Object.values<Field>(this.model.outputs), int()]
    const values = [...this.fallback, 0]
    return columns.map((column, index) => {
      const fallback = columnOfValues(fields[index], [values[index]], arena)
      return interleave([column, fallback], { parts, rows: own, count: rows }, arena)
    })
  }

  private withoutMissing(batches: readonly Batch[], tick: TickRows): Batch[] {
    let at = 0
    return batches.map(batch => {
      const kept = batch.arena.i32(batch.rows)
      let count = 0
      for (let row = 0; row < batch.rows; row++, at++) {
        const missing = tick.missing(at)
        if (missing < 0) kept[count++] = row
        else this.reject(batch, row, missing)
      }
      return batch.pick(kept, count)
    })
  }

  private reject(batch: Batch, row: number, input: number): void {
    const name = Object.keys(this.model.inputs)[input]
    this.context.reject(
      batch,
      row,
      'HR_MODEL_INPUT',
      `the input "${name}" of model "${this.model.name}" is null`,
    )
  }

  /** Gives the rows on, with columns that hold the answers to one batch after the other. */
  private emit(batches: readonly Batch[], added: readonly Column[]): void {
    let from = 0
    for (const batch of batches) {
      const own = batches.length === 1 ? added : added.map(column => stretch(column, from, batch))
      const column = (index: number) =>
        index < this.ownColumns ? batch.column(index) : own[index - this.ownColumns]
      this.context.emit(batch.withColumns(this.schema, { column }))
      from += batch.rows
    }
  }
}

function stretch(column: Column, from: number, { rows, arena }: Batch): Column {
  const own = arena.i32(rows)
  for (let row = 0; row < rows; row++) own[row] = from + row
  return gather(column, own, rows, arena)
}
