import type { BatchArena } from './arena.ts'
import type { Column } from './columns.ts'
import { BigintColumn, BoolColumn, FloatColumn, IntColumn, layoutOf, NumberColumn } from './columns.ts'
import type { Cursor } from './cursor.ts'
import type { Failed } from './loops.ts'
import { valueLoop } from './loops.ts'
import { fitsOf, Misfit } from './misfit.ts'
import type { Derivation } from './schema.ts'
import { columnOfValues } from './value-columns.ts'

/** Computes a column for the rows that the cursor is bound to. What stands at a failed row is arbitrary. */
export type ComputedColumn<T> = (cursor: Cursor<T>, rows: number, arena: BatchArena, failed: Failed) => Column

/** Compiles a derivation: its lambda writes numbers straight into the column. */
export function computedColumn<T>(step: string, name: string, of: Derivation<T, unknown>): ComputedColumn<T> {
  const { field, compute } = of
  const misfit = (value: unknown) => new Misfit(name, field, value)
  const loop = valueLoop(`${step}.${name}`, compute, field.nullable, fitsOf(field), misfit)
  const layout = field.kind === 'enum' ? 'values' : layoutOf(field)
  return (cursor, rows, arena, failed) => {
    const nulls = field.nullable ? arena.u8(rows) : null
    const fill = <A extends Parameters<typeof loop>[2]>(out: A): A => {
      loop(cursor, rows, out, nulls, failed)
      return out
    }
    switch (layout) {
      case 'number':
        return new NumberColumn(fill(arena.f64(rows)), nulls)
      case 'int':
        return new IntColumn(fill(arena.i32(rows)), nulls)
      case 'bool':
        return new BoolColumn(fill(arena.u8(rows)), nulls)
      case 'float':
        return new FloatColumn(fill(arena.f32(rows)), nulls)
      case 'bigint':
        return new BigintColumn(fill(arena.i64(rows)), nulls)
      default:
        return columnOfValues(field, fill(new Array<unknown>(rows).fill(null)), arena)
    }
  }
}
