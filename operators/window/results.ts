import { Batch } from '../../engine/batch/batch.ts'
import type { Column } from '../../engine/batch/columns.ts'
import { NumberColumn } from '../../engine/batch/columns.ts'
import type { Schema } from '../../engine/batch/schema.ts'
import { makeSchema, timestamp } from '../../engine/batch/schema.ts'
import type { Tick } from '../../engine/batch/tick.ts'
import { HeadraceError } from '../../engine/errors.ts'
import type { KeySpace } from '../../engine/state/key-space.ts'
import type { Accumulator } from '../aggregates/accumulator.ts'

/** The window that a result row is of. */
export interface WindowBounds {
  readonly windowStart: number
  /** The first millisecond after it. */
  readonly windowEnd: number
}

/** Keys, then window, then aggregates: the columns that a window step emits. */
export function resultSchema(step: string, space: KeySpace, accumulator: Accumulator): Schema {
  const keys = Object.fromEntries(space.names.map((name, k) => [name, space.fields[k]]))
  const window = { windowStart: timestamp(), windowEnd: timestamp() }
  const fields = { ...keys, ...window, ...accumulator.fields }
  const count = space.names.length + 2 + accumulator.names.length
  if (Object.keys(fields).length !== count) {
    const message = 'an aggregate has the name of a key column, of windowStart or of windowEnd'
    throw new HeadraceError('HR_CONFIG_INVALID', message, { step })
  }
  return makeSchema(step, fields as never)
}

/** A batch of results that all belong to one window, caused where the watermark passed its end. */
export function windowBatch<U>(
  schema: Schema<U>,
  tick: Tick,
  window: WindowBounds,
  rows: number,
  keys: readonly Column[],
  results: readonly Column[],
): Batch<U> {
  const { arena } = tick
  const { windowStart, windowEnd } = window
  const start = new NumberColumn(arena.f64(rows).fill(windowStart))
  const end = new NumberColumn(arena.f64(rows).fill(windowEnd))
  const columns = [...keys, start, end, ...results]
  const at = arena.i32(rows).fill(tick.passedAt(windowEnd))
  // A result belongs to the window's last millisecond, and nothing downstream can have closed before that.
  const time = arena.f64(rows).fill(windowEnd - 1)
  return new Batch(schema, tick, rows, at, { column: index => columns[index] as Column }, time, time)
}
