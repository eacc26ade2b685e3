import type { BatchArena } from '../../engine/batch/arena.ts'
import type { Batch } from '../../engine/batch/batch.ts'
import type { Column } from '../../engine/batch/columns.ts'
import { gather } from '../../engine/batch/columns.ts'
import { interleave } from '../../engine/batch/interleave.ts'

/** The rows of a tick's batches, one batch after the other, as a model is given them: those that lack no input. */
export class TickRows {
  readonly rows: number
  /** How many of them lack no input; all, where `complete` is null. */
  readonly count: number
  /** Their numbers among all rows. */
  readonly complete: Int32Array | null
  private readonly columns: readonly Column[]
  private readonly arena: BatchArena

  constructor(batches: readonly Batch[], inputs: readonly number[]) {
    this.arena = batches[0].arena
    this.rows = batches.reduce((sum, { rows }) => sum + rows, 0)
    this.columns = inputs.map(index => joined(batches, index, this.rows, this.arena))
    const nulls = this.columns.flatMap(column => column.nulls ?? [])
    const complete = nulls.length === 0 ? null : this.arena.i32(this.rows)
    let count = 0
    if (complete !== null) {
      for (let row = 0; row < this.rows; row++) if (!isNull(nulls, row)) complete[count++] = row
    }
    this.complete = complete === null || count === this.rows ? null : complete
    this.count = this.complete === null ? this.rows : count
  }

  /** Of the rows that lack no input, in the order of the model's inputs. */
  get inputs(): readonly Column[] {
    const { complete, columns, count, arena } = this
    return complete === null ? columns : columns.map(column => gather(column, complete, count, arena))
  }

  /** Which of the model's inputs a row lacks. */
  missing(row: number): number {
    return this.columns.findIndex(({ nulls }) => nulls?.[row] === 1)
  }
}

function isNull(nulls: readonly Uint8Array[], row: number): boolean {
  for (const of of nulls) if (of[row] === 1) return true
  return false
}

function joined(batches: readonly Batch[], index: number, rows: number, arena: BatchArena): Column {
  if (batches.length === 1) return batches[0].column(index)
  const parts = arena.i32(rows)
  const own = arena.i32(rows)
  let at = 0
  batches.forEach((batch, part) => {
    for (let row = 0; row < batch.rows; row++) {
      parts[at] = part
      own[at++] = row
    }
  })
  const columns = batches.map(batch => batch.column(index))
  return interleave(columns, { parts, rows: own, count: rows }, arena)
}
