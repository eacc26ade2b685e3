import { setTimeout as delay } from 'node:timers/promises'
import type { StoreOptions } from '../../../cli/stores.ts'
import { InfluxServer } from '../../support/services/influx/server.ts'
import { KafkaCluster } from '../../support/services/kafka/cluster.ts'
import { RedisServer } from '../../support/services/redis/server.ts'
import { embeddedStores } from '../stored.ts'
import type { ServerFault } from './faults.ts'

/** Where the stores of a round are: in files that its processes share, or on servers that are disturbed too. */
export type StorePlace = 'files' | 'servers'

interface Server {
  kill(): Promise<void>
  stop(): Promise<void>
  start(): Promise<void>
}

const BROKERS = 3
/** A server that is away. */
const AWAY_MS = 4000

/** Where a round has its topics, views and series. */
export class Servers {
  readonly cluster: KafkaCluster
  readonly stores: StoreOptions
  private readonly all: ReadonlyMap<string, readonly Server[]>
  /** Of those of a kind one at a time is away. */
  private readonly busy = new Map<string, Promise<void>>()

  static async start(place: StorePlace, directory: string): Promise<Servers> {
    const files = embeddedStores(directory, 'never')
    if (place === 'files') return new Servers(await KafkaCluster.start(BROKERS), BROKERS, files, [])
    const [cluster, redis, influx] = await Promise.all([
      KafkaCluster.start(1),
      // It has what it acknowledges on its disk, also where it is killed.
      RedisServer.start({ lines: ['appendfsync always'] }),
      InfluxServer.start(),
    ])
    const { url, token, org } = influx
    const stores: StoreOptions = {
      ...files,
      redis: { url: redis.url, expiry: 'key' },
      influx: { url, token, org, bucket: 'chaos', createBucket: {} },
    }
    return new Servers(cluster, 1, stores, [
      ['redis', redis],
      ['influx', influx],
    ])
  }

  private constructor(
    cluster: KafkaCluster,
    brokers: number,
    stores: StoreOptions,
    others: readonly (readonly [string, Server])[],
  ) {
    this.cluster = cluster
    this.stores = stores
    const nodes = Array.from({ length: brokers }, (_, index) => nodeOf(cluster, index + 1))
    this.all = new Map([
      ['broker', nodes],
      ...others.map(([name, server]): [string, Server[]] => [name, [server]]),
    ])
  }

  /** Takes a server away for a while, when the one before it is back. `which` and `away` are from 0 up to 1. */
  disturb(kind: ServerFault, which: number, away: number, tell: (text: string) => void): Promise<void> {
    const [name, how] = kind.split('-')
    const servers = this.all.get(name) ?? []
    const index = Math.floor(which * servers.length)
    const server = servers[index]
    const turn = (this.busy.get(name) ?? Promise.resolve()).then(async () => {
      await (how === 'kill' ? server.kill() : server.stop())
      tell(`${name} ${index + 1} is away`)
      await delay(away * AWAY_MS)
      await server.start()
      tell(`${name} ${index + 1} is back`)
    })
    this.busy.set(name, turn)
    return turn
  }

  async end(): Promise<void> {
    await Promise.allSettled(this.busy.values())
    await this.cluster.end()
    const others = [...this.all].filter(([name]) => name !== 'broker').flatMap(([, servers]) => servers)
    await Promise.all(others.map(server => server.kill()))
  }
}

function nodeOf(cluster: KafkaCluster, node: number): Server {
  return {
    kill: () => cluster.kill(node),
    stop: () => cluster.stop(node),
    start: () => cluster.start(node),
  }
}
