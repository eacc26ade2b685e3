import type { Entity } from '../../engine/stores/feature-store.ts'
import type { ReadAnswer } from '../../features/index.ts'
import { plainValue } from '../http/plain-value.ts'

/** The answer as plain JSON data. */
export function jsonAnswer(entities: readonly Entity[], { view, version, fields, rows }: ReadAnswer): object {
  const results = entities.map((entity, row) => {
    const features: Record<string, object> = {}
    fields.forEach((field, k) => {
      const { state, value, time, ageMs } = rows[row][k]
      features[field] = { state, value: plainValue(value), time, ageMs }
    })
    return { entity, features }
  })
  return { view, version, results }
}
