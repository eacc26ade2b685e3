import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after } from 'node:test'
import { MemoryHashes } from '../../connectors/memory/hashes.ts'
import { RedisHashes } from '../../connectors/redis/hashes.ts'
import { SqliteHashes } from '../../connectors/sqlite/hashes.ts'
import { redis, redisCluster } from '../support/services/redis.ts'
import { testHashes } from './hashes.ts'

const url = await redis()
const { nodes } = await redisCluster({ after })

testHashes({
  name: 'memory',
  factory: () => {
    const store = new MemoryHashes()
    return () => store
  },
})

testHashes({
  name: 'sqlite',
  factory: t => {
    const dir = mkdtempSync(path.join(tmpdir(), 'headrace-hashes-'))
    t.after(() => rmSync(dir, { recursive: true, force: true }))
    return () => {
      const store = new SqliteHashes({ dir })
      t.after(() => store.close())
      return store
    }
  },
})

for (const [name, options] of Object.entries({ redis: { url }, 'redis cluster': { cluster: nodes } })) {
  testHashes({
    name,
    factory: t => () => {
      const store = new RedisHashes(options)
      t.after(() => store.close())
      return store
    },
  })
}
