import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { RedisFeatures } from '../../connectors/redis/features.ts'
import { SqliteFeatures } from '../../connectors/sqlite/features.ts'
import type { FeatureStore } from '../../engine/stores/feature-store.ts'
import { redis, uniquePrefix } from '../../test/support/services/redis.ts'
import { ServedStore } from './http-reads.ts'
import { measureReads } from './reads.ts'
import { measureWrites } from './writes.ts'

export interface FeatureOptions {
  readonly rows: number
  readonly keys: number
  /** How long each reading is measured. */
  readonly seconds: number
}

const HELD = 10_000
/** Requests a second, by how many entities each asks for: far from all that the server can do. */
const RATES = { 1: 2000, 100: 400 } as const

type Report = (result: { readonly ok: boolean }) => void

/** Writes features, and reads them in process and over HTTP, on both homes. */
export async function runFeatures(options: FeatureOptions, report: Report): Promise<void> {
  const dir = mkdtempSync(path.join(process.env.BENCH_TMP ?? tmpdir(), 'headrace-features-'))
  try {
    await measure(new SqliteFeatures({ dir }), 'sqlite', options, report)
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
  await measure(
    new RedisFeatures({ url: await redis(), keyPrefix: uniquePrefix() }),
    'redis',
    options,
    report,
  )
}

async function measure(
  store: FeatureStore,
  name: string,
  { rows, keys, seconds }: FeatureOptions,
  report: Report,
): Promise<void> {
  report(await measureWrites(store, name, rows, keys))
  for (const entities of [1, 100]) {
    report(await measureReads(store, name, { clients: 1, entities, keys, seconds }))
  }
  const served = await ServedStore.start(store, name)
  for (const entities of [1, 100] as const) {
    const rate = RATES[entities]
    report(await served.reads({ clients: 16, entities, keys, seconds, rate }))
    for (const clients of [1, 16, 128]) report(await served.reads({ clients, entities, keys, seconds }))
  }
  report(await served.reads({ clients: 16, entities: 100, keys, seconds }, true))
  report(await served.hold(HELD, keys))
  await served.stop()
  await store.close()
}
