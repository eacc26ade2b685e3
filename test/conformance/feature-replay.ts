import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MemoryHome } from '../../connectors/memory/home.ts'
import { MemoryStores } from '../../connectors/memory/stores.ts'
import type { Job } from '../../engine/index.ts'
import {
  features,
  int,
  job,
  long,
  record,
  sink,
  source,
  string,
  timestamp,
  topic,
} from '../../engine/index.ts'
import { JobRun } from '../../engine/run.ts'
import type { FeatureStore } from '../../engine/stores/feature-store.ts'
import { joinStores } from '../../engine/stores/join-stores.ts'
import { count, tumbling } from '../../operators/index.ts'
import { rawBatch } from '../support/raw-log.ts'
import { ownName } from '../support/written-rows.ts'
import type { FeatureHome } from './feature-home.ts'

const Click = record('Click', { at: timestamp(), user: string(), item: int() })

/** Of each user the newest click, and how many there were in the newest window of 10 ms. */
function clicksJob(view: string): Job {
  const fields = { item: int(), clicks: long() }
  const kept = features(view, { entity: 'user', fields })
  return job('clicks', () => {
    const clicks = source('in', topic('clicks', Click, { time: 'at', lateness: 10 }))
    clicks.pipe(sink('newest', kept))
    clicks.pipe(tumbling('windows', { by: 'user', size: 10 }, { clicks: count() }), sink('windowed', kept))
  })
}

/** Out of order, and with two of one time. */
const log = [
  { at: 12, user: 'ann', item: 1 },
  { at: 14, user: 'ann', item: 2 },
  { at: 13, user: 'ann', item: 3 },
  { at: 14, user: 'ann', item: 4 },
  { at: 25, user: 'bob', item: 5 },
  { at: 21, user: 'ann', item: 6 },
  { at: 17, user: 'ann', item: 7 },
  { at: 60, user: 'bob', item: 8 },
]

/** Runs a job that knows nothing of earlier runs over the first events, each of which it reads alone. */
async function run(clicks: Job, store: FeatureStore, events: number): Promise<void> {
  const home = new MemoryHome()
  await home.createTopic('clicks', 1)
  const { seriesStore, hashes } = new MemoryStores()
  const stores = joinStores({ features: store, series: seriesStore, hashes })
  const partition = home.partition('clicks', 0)
  for (const event of log.slice(0, events)) partition.append(rawBatch([{ value: JSON.stringify(event) }]))
  partition.publish()
  const running = await JobRun.open(clicks, { home, stores })
  await running.work(new AbortController().signal, true)
  await running.close()
}

/** A replay up to each place, as after a crash that has lost all that was committed, or by another deployment. */
export function testReplay({ name, factory }: FeatureHome): void {
  test(`${name}: a job that replays old events after newer ones changes no feature`, async t => {
    const store = await factory(t)()
    const view = ownName('replayed')
    const clicks = clicksJob(view)
    await run(clicks, store, log.length)
    for (let events = 0; events <= log.length; events++) {
      await run(clicks, store, events)
      const { rows } = await store.get({ view, entities: ['ann', 'bob'] })
      const found = rows.map(row => row.map(({ value, time }) => [value, time]))
      const [ann, bob] = [
        [
          [6, 21],
          [1, 29],
        ],
        [
          [8, 60],
          [1, 29],
        ],
      ]
      assert.deepEqual(found, [ann, bob], `after a replay of ${events} events`)
    }
    await store.close()
  })
}
