import { Batch } from '../../engine/batch/batch.ts'
import type { Column } from '../../engine/batch/columns.ts'
import { BoolColumn, NumberColumn } from '../../engine/batch/columns.ts'
import type { Fields, Schema } from '../../engine/batch/schema.ts'
import { boolean, makeSchema, timestamp } from '../../engine/batch/schema.ts'
import type { Tick } from '../../engine/batch/tick.ts'
import { HeadraceError } from '../../engine/errors.ts'
import type { KeySpace } from '../../engine/state/keys/key-space.ts'
import type { Accumulator } from '../aggregates/accumulator.ts'

/** The window that a result row is of. */
export interface WindowBounds {
  readonly windowStart: number
  /** The first millisecond after it. */
  readonly windowEnd: number
}

/** Where and when a batch of results was caused, and, where early ones are among them, which kind it is. */
export interface ResultMark {
  readonly tick: Tick
  /** The tick's row that caused it. */
  readonly at: number
  /** The event time reached there. */
  readonly watermark: number
  /** Null: the step emits no early results, and its rows have no such column. */
  readonly final: boolean | null
}

/** Keys, then window, then aggregates: the columns that a window step emits. */
export function resultSchema(step: string, space: KeySpace, accumulator: Accumulator, early = false): Schema {
  const keys = Object.fromEntries(space.names.map((name, k) => [name, space.fields[k]]))
  const window: Fields = {
    windowStart: timestamp(),
    windowEnd: timestamp(),
    ...(early && { final: boolean() }),
  }
  const fields = { ...keys, ...window, ...accumulator.fields }
  const count = space.names.length + Object.keys(window).length + accumulator.names.length
  if (Object.keys(fields).length !== count) {
    const message = `an aggregate has the name of a key column, or one of ${Object.keys(window).join(', ')}`
    throw new HeadraceError('HR_CONFIG_INVALID', message, { step })
  }
  return makeSchema(step, fields as never)
}

/** The mark of final results: caused where the watermark passed the window's end. */
export function closing(tick: Tick, windowEnd: number, early: boolean): ResultMark {
  // A result belongs to the window's last millisecond, and nothing downstream can have closed before that.
  return { tick, at: tick.passedAt(windowEnd), watermark: windowEnd - 1, final: early ? true : null }
}

/** A batch of results that all belong to one window. */
export function windowBatch<U>(
  schema: Schema<U>,
  mark: ResultMark,
  window: WindowBounds,
  rows: number,
  keys: readonly Column[],
  results: readonly Column[],
): Batch<U> {
  const { arena } = mark.tick
  const { windowStart, windowEnd } = window
  const start = new NumberColumn(arena.f64(rows).fill(windowStart))
  const end = new NumberColumn(arena.f64(rows).fill(windowEnd))
  const final = mark.final === null ? [] : [new BoolColumn(arena.u8(rows).fill(mark.final ? 1 : 0))]
  const columns = [...keys, start, end, ...final, ...results]
  const at = arena.i32(rows).fill(mark.at)
  const time = arena.f64(rows).fill(windowEnd - 1)
  const watermark = arena.f64(rows).fill(mark.watermark)
  return new Batch(
    schema,
    mark.tick,
    rows,
    at,
    { column: index => columns[index] as Column },
    time,
    watermark,
  )
}
