import { freePort } from '../free-port.ts'
import { until } from '../until.ts'
import { RedisServer } from './server.ts'

const slots = 16_384

/** A cluster of masters without replicas, numbered from 1. */
export class RedisCluster {
  readonly #nodes: readonly RedisServer[]

  private constructor(nodes: readonly RedisServer[]) {
    this.#nodes = nodes
  }

  static async start(size: number): Promise<RedisCluster> {
    const cluster = new RedisCluster(await Promise.all(Array.from({ length: size }, startNode)))
    await cluster.#divideSlots()
    await cluster.#introduce()
    await cluster.agreed()
    return cluster
  }

  /** `host:port` of each. */
  get nodes(): readonly string[] {
    return this.#nodes.map(({ port }) => `127.0.0.1:${port}`)
  }

  node(number: number): RedisServer {
    return this.#nodes[number - 1]
  }

  async kill(): Promise<void> {
    await Promise.all(this.#nodes.map(node => node.kill()))
  }

  /** Waits until each node can serve all of the keys. */
  async agreed(): Promise<void> {
    for (const node of this.#nodes) {
      await until('Redis cluster', () =>
        node.ask(async client => {
          const info = await client.cluster('INFO')
          return (
            info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${this.#nodes.length}`)
          )
        }),
      )
    }
  }

  async #divideSlots(): Promise<void> {
    const size = this.#nodes.length
    const bound = (part: number) => Math.floor((part * slots) / size)
    for (const [index, node] of this.#nodes.entries()) {
      await node.ask(async client => {
        await client.call('CLUSTER', 'ADDSLOTSRANGE', bound(index), bound(index + 1) - 1)
        await client.call('CLUSTER', 'SET-CONFIG-EPOCH', index + 1)
      })
    }
  }

  async #introduce(): Promise<void> {
    const [first, ...others] = this.#nodes
    await first.ask(async client => {
      for (const { port, busPort } of others) await client.call('CLUSTER', 'MEET', '127.0.0.1', port, busPort)
    })
  }
}

async function startNode(): Promise<RedisServer> {
  return RedisServer.start({ busPort: await freePort(), lines: ['cluster-node-timeout 2000'] })
}
