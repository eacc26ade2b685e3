import type { Entity, FeatureState, StoredFeature } from '../../engine/stores/feature-store.ts'
import type { ViewDefinition } from '../../engine/stores/view-definition.ts'
import type { RedisClient } from './client.ts'
import { entityKey } from './keys.ts'
import { timeIn, valueIn } from './stored-value.ts'

const missing: StoredFeature = { state: 'missing', value: undefined, time: null }

/** What is stored of many entities, in one round trip. */
export async function readFeatures(
  client: RedisClient,
  view: ViewDefinition,
  entities: readonly Entity[],
  fields: readonly string[],
): Promise<StoredFeature[][]> {
  if (entities.length === 0) return []
  const { keyPrefix } = client.place
  // Commands of one moment are sent together, each to the node that has its key.
  const answers = await client.ask(connected =>
    Promise.all(
      entities.map(entity => connected.hmgetBuffer(entityKey(keyPrefix, view, String(entity)), ...fields)),
    ),
  )
  const now = Date.now()
  return answers.map(values => values.map((stored, k) => featureOf(stored, view, fields[k], now)))
}

function featureOf(stored: Buffer | null, view: ViewDefinition, field: string, now: number): StoredFeature {
  if (stored === null) return missing
  const time = timeIn(stored)
  const state: FeatureState = view.ttlMs !== null && time + view.ttlMs <= now ? 'expired' : 'ok'
  return { state, value: state === 'ok' ? valueIn(stored, view.fields[field]) : undefined, time }
}
