import { Table, tableToIPC } from 'apache-arrow'
import { BatchArena } from '../../engine/batch/arena.ts'
import { toArrow } from '../../engine/batch/arrow/index.ts'
import { batchOfRows } from '../../engine/batch/rows-batch.ts'
import type { Field, Fields, Schema } from '../../engine/batch/schema.ts'
import { long, makeSchema, nullable, oneOf, string, timestamp } from '../../engine/batch/schema.ts'
import type { Entity } from '../../engine/stores/feature-store.ts'
import type { FeatureReading, ReadAnswer } from '../../features/index.ts'
import { featureStates } from '../../features/reading.ts'

/** Writes answers as Arrow IPC streams: a row an entity, four columns a field. */
export class ArrowAnswers {
  /** Used anew for each answer: its bytes are copied out of it. */
  private readonly arena = new BatchArena()

  write(entities: readonly Entity[], answer: ReadAnswer, fields: Fields): Uint8Array {
    const rows = answer.rows.map((row, k) => rowOf(entities[k], answer.fields, row))
    try {
      const times = new Float64Array(rows.length)
      const batch = batchOfRows(schemaOf(answer, fields), rows, times, this.arena)
      return tableToIPC(new Table([toArrow(batch)]), 'stream')
    } finally {
      this.arena.reset()
    }
  }
}

const state = oneOf('FeatureState', featureStates)

function schemaOf({ view, fields }: ReadAnswer, types: Fields): Schema {
  const columns = fields.flatMap((field): [string, Field][] => [
    [field, nullable(types[field])],
    [`${field}.state`, state],
    [`${field}.time`, nullable(timestamp())],
    [`${field}.ageMs`, nullable(long())],
  ])
  return makeSchema(view, { entity: string(), ...Object.fromEntries(columns) })
}

function rowOf(
  entity: Entity,
  fields: readonly string[],
  features: readonly FeatureReading[],
): Record<string, unknown> {
  const row: Record<string, unknown> = { entity: String(entity) }
  fields.forEach((field, k) => {
    const { state, value, time, ageMs } = features[k]
    row[field] = value
    row[`${field}.state`] = state
    row[`${field}.time`] = time
    row[`${field}.ageMs`] = ageMs
  })
  return row
}
