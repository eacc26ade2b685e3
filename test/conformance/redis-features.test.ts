import type { TestContext } from 'node:test'
import { after } from 'node:test'
import type { RedisOptions } from '../../connectors/redis/config.ts'
import { RedisFeatures } from '../../connectors/redis/features.ts'
import { redis, redisCluster, uniquePrefix } from '../support/services/redis.ts'
import { testFeatures } from './features.ts'

const url = await redis()
const { nodes } = await redisCluster({ after })

testFeatures({ name: 'redis', factory: stores({ url }), tellsExpired: true, histories: 40 })

testFeatures({
  name: 'redis cluster',
  factory: stores({ cluster: nodes }),
  tellsExpired: true,
  histories: 20,
})

function stores(options: RedisOptions) {
  return (t: TestContext) => {
    const keyPrefix = uniquePrefix()
    return () => {
      const store = new RedisFeatures({ ...options, keyPrefix, expiry: 'key' })
      t.after(() => store.close())
      return store
    }
  }
}
