import type { Redis } from 'ioredis'
import { limits } from '../../engine/limits.ts'
import type { RedisClient } from './client.ts'
import type { ViewVersionName } from './keys.ts'
import { keyPattern, versionIn } from './keys.ts'

/** Counting goes through all keys: a share of the time, at most, in which Redis is busy with that. */
const COUNTING_SHARE = 0.05

/** How many entities each version of each view has, by `name@version`. Of a large Redis, not always of this moment. */
export class EntityCounts {
  private readonly client: RedisClient
  private counts: Promise<ReadonlyMap<string, number>> | undefined

  constructor(client: RedisClient) {
    this.client = client
  }

  get(): Promise<ReadonlyMap<string, number>> {
    this.counts ??= this.count()
    return this.counts
  }

  private async count(): Promise<ReadonlyMap<string, number>> {
    const begun = performance.now()
    try {
      return await countEntities(this.client)
    } finally {
      const spentMs = performance.now() - begun
      setTimeout(() => (this.counts = undefined), spentMs / COUNTING_SHARE).unref()
    }
  }
}

async function countEntities(client: RedisClient): Promise<Map<string, number>> {
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
