import { RedisFeatures } from '../../connectors/redis/features.ts'
import { redis, uniquePrefix } from '../support/services/redis.ts'
import '../support/services/redis-8.ts'
import { testFeatures } from './features.ts'

const url = await redis()

testFeatures({
  name: 'redis 8',
  factory: t => {
    const keyPrefix = uniquePrefix()
    return () => {
      const store = new RedisFeatures({ url, keyPrefix, expiry: 'field' })
      t.after(() => store.close())
      return store
    }
  },
  tellsExpired: true,
  histories: 20,
})
