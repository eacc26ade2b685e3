import type { Column } from '../../engine/batch/columns.ts'
import { BytesColumn, IntColumn, NumberColumn } from '../../engine/batch/columns.ts'
import { double, int, long, makeSchema, string } from '../../engine/batch/schema.ts'
import { features } from '../../engine/stores/feature-view.ts'
import type { StoreRows } from '../../engine/stores/stores.ts'

export const view = features('bench-stats', {
  entity: 'user',
  ttl: '7d',
  fields: { clicks: int(), items: long(), spend: double(), mean: double(), score: double() },
})

export const schema = makeSchema(view.name, { user: string(), ...view.fields })

export const nameOf = (entity: number) => `u${String(entity).padStart(8, '0')}`

/** Spreads rows over entities, so that a batch has most of them once. */
export const entityOf = (row: number, entities: number) => (row * 7919) % entities

export const valuesOf = (row: number) => ({
  clicks: row % 97,
  items: row * 3,
  spend: (row % 10_007) / 100,
  mean: row / 7,
  score: (row % 1009) / 1009,
})

/** Rows as a sink hands them to a store; a later row has a later event time, all within the last minutes. */
export function rowsOf(from: number, rows: number, entities: number, since: number): StoreRows {
  const names = ['clicks', 'items', 'spend', 'mean', 'score'] as const
  const [clicks, ...others] = names.map(name =>
    Float64Array.from({ length: rows }, (_, k) => valuesOf(from + k)[name]),
  )
  const columns: Column[] = [
    users(from, rows, entities),
    new IntColumn(Int32Array.from(clicks)),
    ...others.map(values => new NumberColumn(values)),
  ]
  const position = Float64Array.from({ length: rows }, (_, k) => from + k)
  return { rows, columns, time: position.map(row => since + Math.floor(row / 100)), position }
}

function users(from: number, rows: number, entities: number): BytesColumn {
  const bytes = Buffer.from(
    Array.from({ length: rows }, (_, k) => nameOf(entityOf(from + k, entities))).join(''),
  )
  const length = bytes.length / rows
  const start = Int32Array.from({ length: rows }, (_, k) => k * length)
  return new BytesColumn(
    bytes,
    start,
    start.map(at => at + length),
  )
}
