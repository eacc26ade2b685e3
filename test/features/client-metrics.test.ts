import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Registry } from 'prom-client'
import { MemoryStores } from '../../connectors/memory/stores.ts'
import { features, long } from '../../engine/index.ts'
import { ManualClock } from '../../engine/time/clock.ts'
import { FeatureClient } from '../../features/index.ts'

const stats = features('user-stats', { entity: 'user', ttl: '1m', fields: { clicks: long(), views: long() } })

test('freshness of each view, what was served and where it came from are shown to Prometheus', async () => {
  const clock = new ManualClock(90_000)
  const store = new MemoryStores(clock)
  const registry = new Registry()
  const cache = { entries: 10, ttl: '10s' } as const
  const client = FeatureClient.open({ store, clock, registry, cache, maxAge: '5s' })
  store.fill(
    stats,
    [
      { user: 'ann', clicks: 1 },
      { user: 'bob', views: 2 },
    ],
    89_000,
  )
  store.fill(stats, [{ user: 'ann', views: 2 }], 80_000)
  store.fill(stats, [{ user: 'bob', clicks: 2 }], 20_000)
  await client.get(stats, ['ann', 'bob', 'eve'])
  await client.get(stats, ['ann'])
  clock.advance(4000)
  const view = 'view="user-stats",version="1"'
  const text = await registry.metrics()
  for (const line of [
    `headrace_feature_age_seconds_count{${view}} 5`,
    `headrace_feature_age_seconds_sum{${view}} 23`,
    `headrace_feature_age_seconds_bucket{le="1",${view}} 3`,
    `headrace_feature_age_seconds_bucket{le="10",${view}} 5`,
    `headrace_feature_newest_age_seconds{${view}} 5`,
    `headrace_feature_values_total{${view},state="ok"} 3`,
    `headrace_feature_values_total{${view},state="stale"} 2`,
    `headrace_feature_values_total{${view},state="expired"} 1`,
    `headrace_feature_values_total{${view},state="missing"} 2`,
    `headrace_feature_rows_total{${view},origin="store"} 3`,
    `headrace_feature_rows_total{${view},origin="cache"} 1`,
    `headrace_feature_read_seconds_count{${view}} 2`,
  ]) {
    assert.ok(text.split('\n').includes(line), `${line}\n\n${text}`)
  }
})
