import { Batch } from '../../engine/batch/batch.ts'
import type { Column } from '../../engine/batch/columns.ts'
import type { Schema } from '../../engine/batch/schema.ts'
import type { Tick } from '../../engine/batch/tick.ts'
import { limits } from '../../engine/limits.ts'
import type { JoinSide } from './join-side.ts'

interface Gathered {
  readonly left: Int32Array
  readonly right: Int32Array
  readonly at: Int32Array
  readonly time: Float64Array
  readonly watermark: Float64Array
}

/** Gathers pairs of rows, and makes a batch of them whenever there are enough. */
export class Pairs {
  private readonly schema: Schema
  private readonly left: JoinSide
  private readonly right: JoinSide
  private readonly leftColumns: number
  private readonly optional: boolean
  private readonly emit: (batch: Batch) => void
  private tick: Tick | undefined
  private gathered: Gathered | undefined
  private count = 0

  /** `optional`: there may be no right row. */
  constructor(
    schema: Schema,
    left: JoinSide,
    right: JoinSide,
    leftColumns: number,
    optional: boolean,
    emit: (batch: Batch) => void,
  ) {
    this.schema = schema
    this.left = left
    this.right = right
    this.leftColumns = leftColumns
    this.optional = optional
    this.emit = emit
  }

  begin(tick: Tick): void {
    this.tick = tick
  }

  /** A pair; -1 as the right row for none. */
  add(left: number, right: number, at: number, time: number, watermark: number): void {
    const gathered = (this.gathered ??= room(this.tick as Tick))
    const { count } = this
    gathered.left[count] = left
    gathered.right[count] = right
    gathered.at[count] = at
    gathered.time[count] = time
    gathered.watermark[count] = watermark
    if (++this.count === limits.batchRows) this.flush()
  }

  flush(): void {
    const { gathered, count, schema, leftColumns, optional } = this
    if (gathered === undefined) return
    this.gathered = undefined
    this.count = 0
    const { arena } = this.tick as Tick
    const { left, right, at, time, watermark } = gathered
    const column = (index: number): Column =>
      index < leftColumns
        ? this.left.rows.take(index, left, count, arena)
        : this.right.rows.take(index - leftColumns, right, count, arena, optional)
    this.emit(new Batch(schema, this.tick as Tick, count, at, { column }, time, watermark))
  }
}

function room({ arena }: Tick): Gathered {
  const rows = limits.batchRows
  return {
    left: arena.i32(rows),
    right: arena.i32(rows),
    at: arena.i32(rows),
    time: arena.f64(rows),
    watermark: arena.f64(rows),
  }
}
