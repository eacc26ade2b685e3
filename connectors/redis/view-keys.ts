import type { Redis } from 'ioredis'
import { limits } from '../../engine/limits.ts'
import type { RedisClient } from './client.ts'
import type { ViewVersionName } from './keys.ts'
import { keyPattern, versionIn } from './keys.ts'

/** How many entities each version of each view has, by `name@version`: goes through all keys, in bounded steps. */
export async function countEntities(client: RedisClient): Promise<Map<string, number>> {
  const { keyPrefix } = client.place
  const counts = new Map<string, number>()
  await eachKeys(client, keyPattern(keyPrefix), async (_node, keys) => {
    for (const key of keys) {
      const version = versionIn(key, keyPrefix)
      counts.set(version, (counts.get(version) ?? 0) + 1)
    }
  })
  return counts
}

/** Deletes what a version has of its entities, in bounded steps. */
export async function deleteEntities(client: RedisClient, view: ViewVersionName): Promise<void> {
  const pattern = keyPattern(client.place.keyPrefix, view)
  await eachKeys(client, pattern, async (node, keys) => {
    await Promise.all(keys.map(key => node.unlink(key)))
  })
}

async function eachKeys(
  client: RedisClient,
  pattern: string,
  action: (node: Redis, keys: readonly string[]) => Promise<void>,
): Promise<void> {
  for (const node of await client.masters()) {
    let cursor = '0'
    do {
      const [next, keys] = await client.ask(() =>
        node.scan(cursor, 'MATCH', pattern, 'COUNT', limits.redisScanKeys),
      )
      await client.ask(() => action(node, keys))
      cursor = next
    } while (cursor !== '0')
  }
}
