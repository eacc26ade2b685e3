import { Redis } from 'ioredis'
import { needs, sayMissing } from './missing.ts'
import { redis } from './redis.ts'

/** Imported by tests that need the expiry of single fields, as Redis 8 has it. */
const version = await versionOf(await redis())
if (Number.parseInt(version, 10) < 8) {
  sayMissing('Redis 8', `the Redis here is ${version}`)
  await needs('Redis 8', { inCI: 'if there' })
}

async function versionOf(url: string): Promise<string> {
  const client = new Redis(url)
  try {
    return /redis_version:(?<version>[\d.]+)/.exec(await client.info('server'))?.groups?.version ?? '0'
  } finally {
    client.disconnect()
  }
}
