import { join } from 'node:path'
import type { InfluxOptions } from '../connectors/influx/config.ts'
import type { RedisOptions } from '../connectors/redis/config.ts'
import { placeOf as redisPlace } from '../connectors/redis/config.ts'
import type { SqliteOptions } from '../connectors/sqlite/config.ts'
import type { FeatureStore } from '../engine/stores/feature-store.ts'
import type { HashStore } from '../engine/stores/hash-store.ts'
import { joinStores } from '../engine/stores/join-stores.ts'
import type { SeriesStore } from '../engine/stores/series-store.ts'
import type { Stores } from '../engine/stores/stores.ts'
import type { Deployment } from './config.ts'
import type { LookupOptions } from './lookups.ts'
import { lookupsIn } from './lookups.ts'

/** Where feature views, series and hashes are: on the servers that are configured, else in the data directory. Plain data. */
export interface StoreOptions {
  readonly redis: RedisOptions | undefined
  readonly influx: InfluxOptions | undefined
  readonly embedded: SqliteOptions
  /** Where hashes, and views of others, are looked up; without it, where the job writes. */
  readonly lookups?: LookupOptions
}

type Notify = (message: string) => void

export function storeOptions(deployment: Deployment): StoreOptions {
  const { redis, influx, dataDir, fsync, seriesRetention } = deployment
  return { redis, influx, embedded: { dir: dataDir, fsync, retentionMs: seriesRetention } }
}

/** The embedded ones alone, where a data directory is named by hand. */
export function embeddedOnly(options: StoreOptions): StoreOptions {
  return { ...options, redis: undefined, influx: undefined }
}

/** Where they are, for people. */
export function storePlaces({ redis, influx, embedded }: StoreOptions): {
  readonly features: string
  readonly series: string
  readonly hashes: string
} {
  return {
    hashes: redis === undefined ? join(embedded.dir, 'hashes.db') : redisPlace(redis).name,
    features: redis === undefined ? join(embedded.dir, 'features.db') : redisPlace(redis).name,
    series:
      influx === undefined
        ? join(embedded.dir, 'series.db')
        : `the bucket ${influx.bucket} of InfluxDB at ${influx.url}`,
  }
}

/** The stores of a deployment. Nothing is connected to, and no file made, before a job uses it. */
export async function openStores(options: StoreOptions, notify: Notify): Promise<Stores> {
  const features = await openFeatureStore(options, notify)
  const series = await openSeriesStore(options, notify)
  const { lookups } = options
  const hashes = await openHashStore(lookups ?? options, notify)
  const module = { url: import.meta.url, options }
  const stores = { features, series, hashes, notify, module }
  if (lookups === undefined) return joinStores(stores)
  const elsewhere = await openFeatureStore(lookups, notify)
  return joinStores({ ...stores, lookups: lookupsIn(elsewhere, features, lookups.own) })
}

export async function openFeatureStore(
  options: Pick<StoreOptions, 'redis' | 'embedded'>,
  notify: Notify,
): Promise<FeatureStore> {
  const { redis, embedded } = options
  if (redis === undefined) {
    const { SqliteFeatures } = await import('../connectors/sqlite/features.ts')
    return new SqliteFeatures(embedded)
  }
  const { RedisFeatures } = await import('../connectors/redis/features.ts')
  return new RedisFeatures(redis, notify)
}

export async function openSeriesStore(options: StoreOptions, notify: Notify): Promise<SeriesStore> {
  const { influx, embedded } = options
  if (influx === undefined) {
    const { SqliteSeries } = await import('../connectors/sqlite/series.ts')
    return new SqliteSeries(embedded)
  }
  const { InfluxSeries } = await import('../connectors/influx/series.ts')
  return new InfluxSeries(influx, notify)
}

export async function openHashStore(
  options: Pick<StoreOptions, 'redis' | 'embedded'>,
  notify: Notify,
): Promise<HashStore> {
  const { redis, embedded } = options
  if (redis === undefined) {
    const { SqliteHashes } = await import('../connectors/sqlite/hashes.ts')
    return new SqliteHashes(embedded)
  }
  const { RedisHashes } = await import('../connectors/redis/hashes.ts')
  return new RedisHashes(redis, notify)
}
