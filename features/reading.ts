import type { StoredFeature } from '../engine/stores/feature-store.ts'

/**
 * `ok`: here it is, perhaps null. `stale`: here it is, older than the reader wanted. `expired`: older than the view
 * allows. `missing`: never written, or purged since it expired.
 */
export const featureStates = ['ok', 'stale', 'expired', 'missing'] as const

/** A feature as it was read: its value where there is one, its event time and its age when it was read. */
export type FeatureReading<V = unknown> =
  | {
      readonly state: 'ok' | 'stale'
      readonly value: V
      readonly time: number
      readonly ageMs: number
    }
  | {
      readonly state: 'expired'
      readonly value: null
      readonly time: number
      readonly ageMs: number
    }
  | {
      readonly state: 'missing'
      readonly value: null
      readonly time: null
      readonly ageMs: null
    }

export function hasValue<V>(
  reading: FeatureReading<V>,
): reading is Extract<FeatureReading<V>, { state: 'ok' | 'stale' }> {
  return reading.state === 'ok' || reading.state === 'stale'
}

export const missing: FeatureReading<never> = { state: 'missing', value: null, time: null, ageMs: null }

/** What was stored, as it is now. An answer that was kept may have expired since. */
export function readingOf(
  stored: StoredFeature,
  now: number,
  ttlMs: number | null,
  maxAgeMs: number,
): FeatureReading {
  const { state, value, time } = stored
  if (state === 'missing' || time === null) return missing
  // Event time may be ahead of our clock.
  const ageMs = Math.max(0, now - time)
  if (state === 'expired' || (ttlMs !== null && ageMs > ttlMs)) {
    return { state: 'expired', value: null, time, ageMs }
  }
  return { state: ageMs > maxAgeMs ? 'stale' : 'ok', value, time, ageMs }
}
