import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { MemoryStores } from '../../connectors/memory/stores.ts'
import { bigint, double, features, long, nullable, oneOf, string, vector } from '../../engine/index.ts'
import type { FeatureStore } from '../../engine/stores/feature-store.ts'
import type { FeatureView } from '../../engine/stores/feature-view.ts'
import { viewSpec } from '../../engine/stores/feature-view.ts'
import { embeddedFeatures, FeatureClient, onDemand, redisFeatures } from '../../features/index.ts'
import { place, schemaOf } from '../conformance/feature-views.ts'
import { redis, uniquePrefix } from '../support/services/redis.ts'
import { temporaryDirectory } from '../support/state-directory.ts'
import { ownName, writeRows } from '../support/written-rows.ts'

const fields = {
  clicks: long(),
  spend: nullable(double()),
  total: bigint(),
  tier: oneOf('Tier', ['free', 'paid']),
  taste: vector(2),
  city: string(),
}

const homes: Readonly<Record<string, (t: TestContext) => Promise<FeatureStore>>> = {
  memory: async () => new MemoryStores(),
  sqlite: t => embeddedFeatures({ dir: temporaryDirectory(t) }),
  redis: async () => redisFeatures({ url: await redis(), keyPrefix: uniquePrefix() }),
}

for (const [home, open] of Object.entries(homes)) {
  test(`${home}: what was written is read, with what is computed of it`, async t => {
    const stats = features(ownName('user-stats'), { entity: 'user', ttl: '1h', fields })
    const store = await open(t)
    const client = FeatureClient.open({ store, timeout: '10s' })
    t.after(() => client.close())
    const now = Date.now()
    const ann = { user: 'ann', clicks: 3, spend: null, total: 2n ** 60n, tier: 'paid', city: 'Zürich' }
    await write(store, stats, [
      { ...ann, taste: Float32Array.of(0.5, -1), time: now - 60_000 },
      { ...ann, user: '17', clicks: 4, spend: 2, taste: Float32Array.of(0, 0), time: now - 2_400_000 },
      { ...ann, user: 'old', taste: Float32Array.of(0, 0), time: now - 3_700_000 },
    ])
    const share = onDemand(
      'share',
      { view: stats, needs: ['clicks'], request: { all: long() }, result: double() },
      ({ features: { clicks }, request: { all } }) => clicks / all,
    )
    const names = ['clicks', 'spend', 'total', 'tier', 'taste', 'city', share] as const
    const options = { request: { all: 8 }, maxAge: '30m' } as const
    const rows = await client.get(stats, ['ann', 17, 'old', 'eve'], names, options)
    const plain = rows.map(row => Object.values(row).map(({ state, value }) => [state, value]))
    const { clicks, spend, total, tier, city } = ann
    const values = [clicks, spend, total, tier, Float32Array.of(0.5, -1), city, 3 / 8]
    const stale = [4, 2, total, tier, Float32Array.of(0, 0), city, 0.5]
    assert.deepEqual(plain, [
      values.map(value => ['ok', value]),
      stale.map(value => ['stale', value]),
      values.map(() => ['expired', null]),
      values.map(() => ['missing', null]),
    ])
    assert.equal(rows[0].clicks.time, now - 60_000)
    assert.ok(rows[0].clicks.ageMs !== null && rows[0].clicks.ageMs >= 60_000)
  })
}

type Row = Readonly<Record<string, unknown>> & { readonly time: number }

async function write(store: FeatureStore, view: FeatureView, rows: readonly Row[]): Promise<void> {
  const schema = schemaOf(view, Object.keys(view.fields))
  const writer = await store.openWriter(viewSpec(view), schema, place)
  await writeRows(writer, schema, rows)
  writer.close()
}
