import { RedisFeatures } from '../../connectors/redis/features.ts'
import { redis, redisCluster, uniquePrefix } from '../support/services/redis.ts'
import { testFeatures } from './features.ts'

const url = await redis()

testFeatures({
  name: 'redis',
  factory: () => {
    const keyPrefix = uniquePrefix()
    return () => new RedisFeatures({ url, keyPrefix, expiry: 'key' })
  },
  tellsExpired: true,
  histories: 40,
})

const ends: (() => Promise<void> | void)[] = []
process.on('exit', () => undefined)
const cluster = await redisCluster({ after: end => void ends.push(end as () => Promise<void>) })

testFeatures({
  name: 'redis cluster',
  factory: () => {
    const keyPrefix = uniquePrefix()
    return () => new RedisFeatures({ cluster: cluster.nodes, keyPrefix, expiry: 'key' })
  },
  tellsExpired: true,
  histories: 20,
})
