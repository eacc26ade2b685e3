import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MemoryHome } from '../../connectors/memory/home.ts'
import { MemoryStores } from '../../connectors/memory/stores.ts'
import { features, int, job, record, sink, source, string, timestamp, topic } from '../../engine/index.ts'
import { setLimits } from '../../engine/limits.ts'
import { JobRun } from '../../engine/run.ts'
import { joinStores } from '../../engine/stores/join-stores.ts'
import { flatMap } from '../../operators/index.ts'
import { rawBatch } from '../support/raw-log.ts'
import { redisFeatures } from '../support/redis-view.ts'
import { redisServer } from '../support/services/redis.ts'

const ROWS = 200

const Click = record('Click', { at: timestamp(), user: string() })
const view = features('last-look', { entity: 'user', fields: { look: int() } })
const looks = job('looks', () => {
  source('clicks', topic('clicks', Click, { time: 'at', lateness: 0 })).pipe(
    flatMap({ user: string(), look: int() }, ({ user }) =>
      Array.from({ length: ROWS }, (_, look) => ({ user, look })),
    ),
    sink('last-look', view),
  )
})

test('of the rows of one record the last one stands, though Redis was away and got them in another order', async t => {
  setLimits({ redisCallValues: 1, storePauseMs: 50 })
  const server = await redisServer(t)
  const { seriesStore, hashes } = new MemoryStores()
  const stores = joinStores({ features: redisFeatures(t, { url: server.url }), series: seriesStore, hashes })
  const home = new MemoryHome()
  await home.createTopic('clicks', 1)
  const run = await JobRun.open(looks, { home, stores })
  const clicks = home.partition('clicks', 0)
  clicks.append(rawBatch([{ value: '{"at":1,"user":"ann"}' }]))
  clicks.publish()
  await server.kill()
  const worked = run.work(new AbortController().signal, true)
  await server.start()
  await worked
  await run.close()
  const reader = redisFeatures(t, { url: server.url })
  const { rows } = await reader.get({ view: view.name, entities: ['ann'] })
  assert.deepEqual(rows, [[{ state: 'ok', value: ROWS - 1, time: 1 }]])
})
