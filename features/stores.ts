import type { RedisOptions } from '../connectors/redis/config.ts'
import type { FeatureStore } from '../engine/stores/feature-store.ts'

/** The feature views of a deployment that keeps them in Redis. */
export async function redisFeatures(
  options: RedisOptions,
  notify?: (message: string) => void,
): Promise<FeatureStore> {
  const { RedisFeatures } = await import('../connectors/redis/features.ts')
  return new RedisFeatures(options, notify)
}

/** The feature views in the data folder of a deployment on this machine. Needs a Node.js that has node:sqlite. */
export async function embeddedFeatures(options: { readonly dir: string }): Promise<FeatureStore> {
  const { SqliteFeatures } = await import('../connectors/sqlite/features.ts')
  return new SqliteFeatures(options)
}
