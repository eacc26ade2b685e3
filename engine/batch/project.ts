import { HeadraceError } from '../errors.ts'
import type { BatchArena } from './arena.ts'
import type { Batch } from './batch.ts'
import type { Column } from './columns.ts'
import { BytesColumn, NumberColumn } from './columns.ts'
import type { Field, Schema } from './schema.ts'
import { signature } from './schema.ts'

type Convert = (column: Column, rows: number, arena: BatchArena) => Column
type Place = { readonly job: string; readonly step: string }

/** Gives the columns of a batch in the order and with the types of another schema. */
export type Projection = (batch: Batch) => Column[]

/**
 * How batches of `from` become columns of `to`: by name, further columns left out. Numbers widen where
 * nothing is lost; anything else that differs is HR_SINK_MISMATCH, with the column's name.
 */
export function projection(from: Schema, to: Schema, place: Place): Projection {
  const parts = to.names.map(name => {
    const index = from.names.indexOf(name)
    const source = from.fields[name]
    const target = to.fields[name] as Field
    if (source === undefined || index < 0) {
      throw mismatch(
        `there is no column "${name}", but ${to.name} needs it; there are ${from.names.join(', ')}`,
        place,
      )
    }
    return { index, convert: conversion(source, target, name, place) }
  })
  return batch => parts.map(({ index, convert }) => convert(batch.column(index), batch.rows, batch.arena))
}

const asIs: Convert = column => column
const numbers = ['double', 'long', 'timestamp']

function conversion(from: Field, to: Field, name: string, place: Place): Convert {
  if (from.nullable && !to.nullable)
    throw mismatch(`the column "${name}" may be null, but the sink's may not`, place)
  const bare = (field: Field) => signature({ ...field, nullable: false })
  if (bare(from) === bare(to)) return asIs
  if (numbers.includes(from.kind) && numbers.includes(to.kind) && from.kind !== 'double') return asIs
  if (from.kind === 'int' && numbers.includes(to.kind)) return widen
  if (from.kind === 'float' && to.kind === 'double') return widen
  if (from.kind === 'enum' && to.kind === 'string') return names(from.values ?? [])
  throw mismatch(`the column "${name}" is ${bare(from)}, but the sink's is ${bare(to)}`, place)
}

function widen(column: Column, rows: number, arena: BatchArena): Column {
  const { values, nulls } = column as { values: Int32Array; nulls: Uint8Array | null }
  const out = arena.f64(rows)
  for (let row = 0; row < rows; row++) out[row] = values[row]
  return new NumberColumn(out, nulls)
}

function names(values: readonly string[]): Convert {
  const bytes = new TextEncoder().encode(values.join(''))
  const ends = new Int32Array(values.length)
  values.forEach((value, code) => {
    ends[code] = (code === 0 ? 0 : ends[code - 1]) + Buffer.byteLength(value)
  })
  return (column, rows, arena) => {
    const codes = (column as { values: Int32Array }).values
    const start = arena.i32(rows)
    const end = arena.i32(rows)
    for (let row = 0; row < rows; row++) {
      const code = codes[row]
      start[row] = code === 0 ? 0 : ends[code - 1]
      end[row] = ends[code]
    }
    return new BytesColumn(bytes, start, end, column.nulls)
  }
}

function mismatch(message: string, place: Place): HeadraceError {
  return new HeadraceError('HR_SINK_MISMATCH', message, place)
}
