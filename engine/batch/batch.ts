import type { BatchArena } from './arena.ts'
import type { Column } from './columns.ts'
import { gather } from './columns.ts'
import type { Schema } from './schema.ts'
import type { Tick } from './tick.ts'

/** Makes a column of a batch when somebody first asks for it: most jobs use few of the columns there are. */
export interface ColumnSource {
  column(index: number): Column
}

/**
 * Rows of one schema as columns, valid until the task's current tick ends. Beside its fields each row
 * knows the tick's row that caused it (`at`), its event time, and the watermark it is judged against.
 */
export class Batch<T = unknown> {
  readonly schema: Schema<T>
  readonly tick: Tick
  readonly rows: number
  /** For each row the row of the tick that caused it, ascending; null where row i is the tick's row i. */
  readonly at: Int32Array | null
  /** Only in the type system. */
  declare readonly $row?: T
  /** Whether each row is a record of the source, perhaps with columns changed; else a step computed it. */
  readonly isRecord: boolean
  /** Only where a run is watched to be explained: what each row goes back to in the tick; null where that is its cause. */
  trail: Int32Array | null = null
  private readonly ownWatermark: boolean
  private readonly source: ColumnSource
  private readonly columns: (Column | null)[]
  private timeColumn: Float64Array | null
  private watermarkColumn: Float64Array | null

  constructor(
    schema: Schema<T>,
    tick: Tick,
    rows: number,
    at: Int32Array | null,
    source: ColumnSource,
    time: Float64Array | null = null,
    watermark: Float64Array | null = null,
  ) {
    this.schema = schema
    this.tick = tick
    this.rows = rows
    this.at = at
    this.source = source
    this.columns = new Array(schema.names.length).fill(null)
    this.isRecord = time === null
    this.ownWatermark = watermark !== null
    this.timeColumn = time
    this.watermarkColumn = watermark
  }

  get arena(): BatchArena {
    return this.tick.arena
  }

  column(index: number): Column {
    const column = this.columns[index]
    if (column !== null) return column
    const made = this.source.column(index)
    this.columns[index] = made
    return made
  }

  named(name: string): Column {
    return this.column(this.schema.names.indexOf(name))
  }

  /** Event time of each row, in milliseconds. */
  get time(): Float64Array {
    this.timeColumn ??= this.fromTick(this.tick.time)
    return this.timeColumn
  }

  /** The watermark of each row's own origin at its place there: what its lateness is judged against. */
  get watermark(): Float64Array {
    this.watermarkColumn ??= this.fromTick(this.tick.watermark)
    return this.watermarkColumn
  }

  /** The tick's row behind row i: leads to its position and its original bytes. */
  causeOf(row: number): number {
    return this.at === null ? row : this.at[row]
  }

  /** What row i goes back to: a row of the tick, or beyond them one that a step has computed in it. */
  originOf(row: number): number {
    return this.trail === null ? this.causeOf(row) : this.trail[row]
  }

  /** Whether the row is a record of a table that deletes its key: of its columns only the key is there. */
  isTombstone(row: number): boolean {
    const { value } = this.tick
    return this.isRecord && value !== null && value.start[this.causeOf(row)] < 0
  }

  private fromTick(values: Float64Array): Float64Array {
    const { at, rows } = this
    if (at === null) return values
    const out = this.arena.f64(rows)
    for (let i = 0; i < rows; i++) out[i] = values[at[i]]
    return out
  }

  /** The rows `rows[0..count)` of this batch; their columns are gathered only when asked for. */
  pick(rows: Int32Array, count: number): Batch<T> {
    const { arena } = this
    const at = this.at === null ? rows : indexes(this.at, rows, count, arena)
    const source = { column: (index: number) => gather(this.column(index), rows, count, arena) }
    const time = this.isRecord ? null : numbers(this.time, rows, count, arena)
    const watermark = this.ownWatermark ? numbers(this.watermark, rows, count, arena) : null
    const picked = new Batch(this.schema, this.tick, count, at, source, time, watermark)
    if (this.trail !== null) picked.trail = indexes(this.trail, rows, count, arena)
    return picked
  }

  /** The same rows with other columns: those of `schema` that come from `source`. */
  withColumns<U>(schema: Schema<U>, source: ColumnSource): Batch<U> {
    const changed = new Batch(
      schema,
      this.tick,
      this.rows,
      this.at,
      source,
      this.isRecord ? null : this.time,
      this.ownWatermark ? this.watermark : null,
    )
    changed.trail = this.trail
    return changed
  }
}

function indexes(from: Int32Array, rows: Int32Array, count: number, arena: BatchArena): Int32Array {
  const out = arena.i32(count)
  for (let i = 0; i < count; i++) out[i] = from[rows[i]]
  return out
}

function numbers(from: Float64Array, rows: Int32Array, count: number, arena: BatchArena): Float64Array {
  const out = arena.f64(count)
  for (let i = 0; i < count; i++) out[i] = from[rows[i]]
  return out
}
