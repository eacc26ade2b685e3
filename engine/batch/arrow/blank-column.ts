import type { BatchArena } from '../arena.ts'
import type { Column } from '../columns.ts'
import {
  ArrayColumn,
  BigintColumn,
  BoolColumn,
  BytesColumn,
  FloatColumn,
  IntColumn,
  layoutOf,
  NumberColumn,
  RecordColumn,
  VectorColumn,
} from '../columns.ts'
import type { Field } from '../schema.ts'

const noBytes = new Uint8Array(0)

/** A column that holds nothing: nulls throughout where the field allows them. */
export function blankColumn(field: Field, rows: number, arena: BatchArena): Column {
  const nulls = field.nullable ? arena.u8(rows).fill(1) : null
  const positions = () => arena.i32(rows).fill(0)
  switch (layoutOf(field)) {
    case 'number':
      return new NumberColumn(arena.f64(rows).fill(0), nulls)
    case 'int':
      return new IntColumn(positions(), nulls)
    case 'bool':
      return new BoolColumn(arena.u8(rows).fill(0), nulls)
    case 'bigint':
      return new BigintColumn(arena.i64(rows).fill(0n), nulls)
    case 'float':
      return new FloatColumn(arena.f32(rows).fill(0), nulls)
    case 'bytes':
      return new BytesColumn(noBytes, positions(), positions(), nulls)
    case 'vector': {
      const size = field.size as number
      return new VectorColumn(arena.f32(rows * size).fill(0), size, nulls)
    }
    case 'array':
      return new ArrayColumn(positions(), positions(), blankColumn(field.item as Field, 0, arena), nulls)
    case 'record':
      return new RecordColumn(
        Object.values(field.fields ?? {}).map(inner => blankColumn(inner, rows, arena)),
        nulls,
      )
  }
}
