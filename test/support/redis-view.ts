import type { TestContext } from 'node:test'
import type { Notify, RedisOptions } from '../../connectors/redis/config.ts'
import { RedisFeatures } from '../../connectors/redis/features.ts'
import type { Schema } from '../../engine/batch/schema.ts'
import { makeSchema } from '../../engine/batch/schema.ts'
import { features, int, long, string } from '../../engine/index.ts'
import type { FeatureViewSpec } from '../../engine/stores/feature-view.ts'
import { viewSpec } from '../../engine/stores/feature-view.ts'
import type { Duration } from '../../engine/time/duration.ts'
import { ownName } from './written-rows.ts'

export const place = { job: 'a-job', step: 'a-sink' }

/** A view of two numbers, and what a sink of both is given. */
export function numbersView(ttl?: Duration): { readonly view: FeatureViewSpec; readonly schema: Schema } {
  const fields = { a: int(), b: long() }
  const view = features(ownName('numbers'), { entity: 'user', fields, ...(ttl !== undefined && { ttl }) })
  return { view: viewSpec(view), schema: makeSchema(view.name, { user: string(), ...fields }) }
}

/** Feature views in a Redis, closed when the test ends. */
export function redisFeatures(
  t: TestContext,
  options: RedisOptions,
  notify: Notify = () => {},
): RedisFeatures {
  const store = new RedisFeatures(options, notify)
  t.after(() => store.close())
  return store
}
