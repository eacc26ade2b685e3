import type { Entity } from '../../engine/stores/feature-store.ts'
import type { ReadAnswer } from '../../features/index.ts'

/** The answer as plain JSON data. */
export function jsonAnswer(entities: readonly Entity[], { view, version, fields, rows }: ReadAnswer): object {
  const results = entities.map((entity, row) => {
    const features: Record<string, object> = {}
    fields.forEach((field, k) => {
      const { state, value, time, ageMs } = rows[row][k]
      features[field] = { state, value: plain(value), time, ageMs }
    })
    return { entity, features }
  })
  return { view, version, results }
}

/** JSON has no 64 bit integers that everybody reads right, and no vectors. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return String(value)
  if (value instanceof Float32Array) return Array.from(value)
  return value ?? null
}
