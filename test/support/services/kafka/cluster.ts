import { randomBytes } from 'node:crypto'
import { freePort } from '../free-port.ts'
import { scratchDirectory } from '../scratch-directory.ts'
import { until } from '../until.ts'
import { isInSync, liveNodes } from './metadata.ts'
import { KafkaNode } from './node.ts'
import { kafkaProgram } from './programs.ts'
import { commonSettings } from './settings.ts'

interface Member {
  readonly node: KafkaNode
  readonly address: string
}

/** Brokers that are controllers too, numbered from 1. They last as long as this process at most. */
export class KafkaCluster {
  readonly #members: readonly Member[]

  private constructor(members: readonly Member[]) {
    this.#members = members
  }

  static async start(nodes: number): Promise<KafkaCluster> {
    const [program, directory] = [await kafkaProgram(), scratchDirectory('kafka')]
    const addresses = await freeAddresses(nodes)
    const controllers = await freeAddresses(nodes)
    const shared = {
      ...commonSettings(nodes),
      'controller.quorum.voters': controllers.map((address, k) => `${k + 1}@${address}`).join(),
      'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    }
    const clusterId = randomBytes(16).toString('base64url')
    const members = addresses.map((address, k) => ({
      address,
      node: new KafkaNode(k + 1, program, directory),
    }))
    const cluster = new KafkaCluster(members)
    await Promise.all(
      members.map(async ({ node, address }, k) => {
        const listeners = `PLAINTEXT://${address},CONTROLLER://${controllers[k]}`
        await node.format(clusterId, { ...shared, listeners })
        node.start()
      }),
    )
    await cluster.#agreed()
    return cluster
  }

  get brokers(): readonly string[] {
    return this.#members.map(({ address }) => address)
  }

  /** Leaders move away first. */
  async stop(node: number): Promise<void> {
    await this.#member(node).node.process.stop()
  }

  async kill(node: number): Promise<void> {
    await this.#member(node).node.process.kill()
  }

  /** Starts a node that was stopped or killed; waits until the others know it and it has caught up with them. */
  async start(node: number): Promise<void> {
    const { node: started, address } = this.#member(node)
    started.start()
    await this.#agreed()
    await until(`caught-up broker ${node}`, () => isInSync(address, node))
  }

  /** Its connections stay, but nothing answers. */
  pause(node: number): void {
    this.#member(node).node.process.signal('SIGSTOP')
  }

  resume(node: number): void {
    this.#member(node).node.process.signal('SIGCONT')
  }

  async end(): Promise<void> {
    const running = this.#members.filter(({ node }) => node.process.isRunning)
    await Promise.all(running.map(({ node }) => node.process.kill()))
  }

  /** Each node that runs knows of each other. */
  async #agreed(): Promise<void> {
    const running = this.#members.filter(({ node }) => node.process.isRunning)
    const ids = running.map(({ node }) => node.id).join()
    for (const { node, address } of running) {
      await until(`broker ${node.id} that knows ${ids}`, async () => {
        if (!node.process.isRunning) throw new Error(`broker ${node.id} ended: ${node.lastWords}`)
        return (await liveNodes(address)).join() === ids
      })
    }
  }

  #member(node: number): Member {
    const member = this.#members[node - 1]
    if (member === undefined)
      throw new Error(`there is no broker ${node}: they are 1 to ${this.#members.length}`)
    return member
  }
}

async function freeAddresses(count: number): Promise<string[]> {
  const addresses = new Set<string>()
  while (addresses.size < count) addresses.add(`127.0.0.1:${await freePort()}`)
  return [...addresses]
}
