import { randomUUID } from 'node:crypto'
import type { TestContext } from 'node:test'
import { Redis } from 'ioredis'
import { needs } from './missing.ts'
import { RedisCluster } from './redis/cluster.ts'
import type { RedisServerOptions } from './redis/server.ts'
import { RedisServer } from './redis/server.ts'

await needs('Redis')

let shared: Promise<string> | undefined

/**
 * The address of a real server, one for all: the one that `REDIS_URL` names, which is also how a run of the whole suite
 * hands on its own; else one that this process starts and that ends with it. Keys begin with a `uniquePrefix()`.
 */
export function redis(): Promise<string> {
  shared ??= process.env.REDIS_URL ? Promise.resolve(process.env.REDIS_URL) : startShared()
  return shared
}

export function uniquePrefix(): string {
  return `${randomUUID().slice(0, 8)}:`
}

/** A server of the test's own, to be stopped, killed, paused and started again. */
export async function redisServer(
  t: Pick<TestContext, 'after'>,
  options?: RedisServerOptions,
): Promise<RedisServer> {
  const server = await RedisServer.start(options)
  t.after(() => server.kill())
  return server
}

/** A cluster of the test's own, or of a file's with its `after`. */
export async function redisCluster(
  t: { after(end: () => Promise<void>): void },
  { nodes = 3 } = {},
): Promise<RedisCluster> {
  const cluster = await RedisCluster.start(nodes)
  t.after(() => cluster.kill())
  return cluster
}

/** A client that is not ours, for what a test does beside it. */
export function redisClient(t: Pick<TestContext, 'after'>, url: string): Redis {
  const client = new Redis(url)
  t.after(() => client.disconnect())
  return client
}

async function startShared(): Promise<string> {
  return (await RedisServer.start()).url
}
