import type { BatchArena } from './arena.ts'
import type { Column } from './columns.ts'
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
} from './columns.ts'
import type { Field } from './schema.ts'
import { textColumn } from './text-column.ts'

/** A column of the results of a flat fold: NaN stands for null where the field is nullable. */
export function flatColumn(field: Field, values: Float64Array, count: number, arena: BatchArena): Column {
  const nulls = field.nullable ? arena.u8(count) : null
  if (nulls !== null) for (let i = 0; i < count; i++) nulls[i] = Number.isNaN(values[i]) ? 1 : 0
  switch (layoutOf(field)) {
    case 'int':
      return new IntColumn(
        arena
          .i32(count)
          .fill(0)
          .map((_, i) => values[i]),
        nulls,
      )
    case 'bool':
      return new BoolColumn(
        arena.u8(count).map((_, i) => values[i]),
        nulls,
      )
    case 'float':
      return new FloatColumn(
        arena.f32(count).map((_, i) => values[i]),
        nulls,
      )
    default:
      return new NumberColumn(values, nulls)
  }
}

/** A column of plain JavaScript values, as lambdas and object folds give them. */
export function columnOfValues(field: Field, values: readonly unknown[], arena: BatchArena): Column {
  const count = values.length
  const nulls = field.nullable ? arena.u8(count) : null
  if (nulls !== null) for (let i = 0; i < count; i++) nulls[i] = values[i] == null ? 1 : 0
  switch (layoutOf(field)) {
    case 'number':
      return new NumberColumn(filled(arena.f64(count), values), nulls)
    case 'int': {
      const codes = field.values
      const numbers = codes ? values.map(value => codes.indexOf(value as string)) : values
      return new IntColumn(filled(arena.i32(count), numbers), nulls)
    }
    case 'bool':
      return new BoolColumn(filled(arena.u8(count), values), nulls)
    case 'float':
      return new FloatColumn(filled(arena.f32(count), values), nulls)
    case 'bigint': {
      const out = arena.i64(count)
      for (let i = 0; i < count; i++) out[i] = (values[i] as bigint | null) ?? 0n
      return new BigintColumn(out, nulls)
    }
    case 'bytes':
      return field.kind === 'bytes' ? bytesOf(values, nulls, arena) : textColumn(values, nulls, arena)
    case 'vector': {
      const size = field.size ?? 0
      const out = arena.f32(count * size).fill(0)
      values.forEach((value, i) => {
        if (value != null) out.set(value as ArrayLike<number>, i * size)
      })
      return new VectorColumn(out, size, nulls)
    }
    case 'array': {
      const start = arena.i32(count)
      const end = arena.i32(count)
      const items: unknown[] = []
      values.forEach((value, i) => {
        start[i] = items.length
        for (const item of (value as unknown[] | null) ?? []) items.push(item)
        end[i] = items.length
      })
      return new ArrayColumn(start, end, columnOfValues(field.item as Field, items, arena), nulls)
    }
    case 'record': {
      const part = (name: string) =>
        values.map(value => (value as Record<string, unknown> | null)?.[name] ?? null)
      const fields = Object.entries(field.fields ?? {})
      return new RecordColumn(
        fields.map(([name, inner]) => columnOfValues(inner, part(name), arena)),
        nulls,
      )
    }
  }
}

function filled<A extends Float64Array | Int32Array | Uint8Array | Float32Array>(
  out: A,
  values: readonly unknown[],
): A {
  for (let i = 0; i < values.length; i++) out[i] = Number(values[i] ?? 0)
  return out
}

function bytesOf(values: readonly unknown[], nulls: Uint8Array | null, arena: BatchArena): BytesColumn {
  const parts = values as readonly (Uint8Array | null | undefined)[]
  const bytes = arena.u8(parts.reduce((sum, part) => sum + (part?.length ?? 0), 0))
  const start = arena.i32(values.length)
  const end = arena.i32(values.length)
  let at = 0
  parts.forEach((part, i) => {
    start[i] = at
    if (part != null) bytes.set(part, at)
    at += part?.length ?? 0
    end[i] = at
  })
  return new BytesColumn(bytes, start, end, nulls)
}
