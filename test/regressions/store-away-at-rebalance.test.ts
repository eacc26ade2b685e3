import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { RedisClient } from '../../connectors/redis/client.ts'
import { placeOf } from '../../connectors/redis/config.ts'
import { FeatureWriter } from '../../connectors/redis/feature-writer.ts'
import { limits, setLimits } from '../../engine/limits.ts'
import { numbersView, place, redisFeatures } from '../support/redis-view.ts'
import { redisServer } from '../support/services/redis.ts'
import { until } from '../support/services/until.ts'

const { storeOpenMs } = limits

/** Does it while Redis is away, which was there when the job started, for longer than a start would wait. */
async function whileAway(
  t: TestContext,
  act: (url: string, notify: (note: string) => void) => Promise<() => Promise<unknown>>,
): Promise<void> {
  setLimits({ storeOpenMs: 100 })
  t.after(() => setLimits({ storeOpenMs }))
  const server = await redisServer(t)
  const notes: string[] = []
  const open = await act(server.url, note => notes.push(note))
  await server.kill()
  const opened = open()
  const told = until('notice', () => notes.some(note => note.includes('does not work at present')))
  await Promise.race([opened, told])
  await server.start()
  await opened
  assert.match(notes.at(-1) ?? '', /works again/)
}

test('a task that a running job gets while Redis is away waits for it', t =>
  whileAway(t, async (url, notify) => {
    const store = redisFeatures(t, { url }, notify)
    const { view, schema } = numbersView()
    await store.openWriter(view, schema, place)
    return () => store.openWriter(view, schema, place)
  }))

test('and so it does where Redis goes away as the task is opened', t =>
  whileAway(t, async (url, notify) => {
    const client = new RedisClient(placeOf({ url }), notify)
    t.after(() => client.close())
    await client.ready()
    const { view, schema } = numbersView()
    return () => new FeatureWriter({ client, view, schema, expiry: 'none', lifeMs: null }).open()
  }))
