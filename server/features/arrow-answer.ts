import type { Field, Fields } from '../../engine/batch/schema.ts'
import { long, nullable, oneOf, string, timestamp } from '../../engine/batch/schema.ts'
import type { Entity } from '../../engine/stores/feature-store.ts'
import type { ReadAnswer } from '../../features/index.ts'
import { featureStates } from '../../features/reading.ts'

const state = oneOf('FeatureState', featureStates)

/** The columns of an answer: a row an entity, four columns a field. `types` tells the types of the fields. */
export function answerFields(fields: readonly string[], types: Fields): Fields {
  const columns = fields.flatMap((field): [string, Field][] => [
    [field, nullable(types[field])],
    [`${field}.state`, state],
    [`${field}.time`, nullable(timestamp())],
    [`${field}.ageMs`, nullable(long())],
  ])
  return { entity: string(), ...Object.fromEntries(columns) }
}

/** By column, in the order of `answerFields`. */
export function answerValues(entities: readonly Entity[], { fields, rows }: ReadAnswer): unknown[][] {
  const values = fields.flatMap((_, k) => [
    rows.map(row => row[k].value),
    rows.map(row => row[k].state),
    rows.map(row => row[k].time),
    rows.map(row => row[k].ageMs),
  ])
  return [entities.map(String), ...values]
}
