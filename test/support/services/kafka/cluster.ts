import { randomBytes } from 'node:crypto'
import { freePort } from '../free-port.ts'
import { scratchDirectory } from '../scratch-directory.ts'
import { until } from '../until.ts'
import { isInSync, liveNodes } from './metadata.ts'
import type { Settings } from './node.ts'
import { KafkaNode } from './node.ts'
import { kafkaProgram } from './program.ts'
import { commonSettings } from './settings.ts'

interface Member {
  readonly node: KafkaNode
  /** Of each listener. */
  readonly addresses: Readonly<Record<string, string>>
}

interface Extras {
  /** Listeners beside the plain one, each with its security protocol. */
  readonly listeners?: Readonly<Record<string, string>>
  readonly settings?: Settings
  /** Options of the storage tool. */
  readonly format?: readonly string[]
}

/** Brokers that are controllers too, numbered from 1. They last as long as this process at most. */
export class KafkaCluster {
  readonly #members: readonly Member[]

  private constructor(members: readonly Member[]) {
    this.#members = members
  }

  static async start(
    nodes: number,
    { listeners = {}, settings = {}, format = [] }: Extras = {},
  ): Promise<KafkaCluster> {
    const [program, directory] = [await kafkaProgram(), scratchDirectory('kafka')]
    const protocols = { ...listeners, PLAINTEXT: 'PLAINTEXT', CONTROLLER: 'PLAINTEXT' }
    const members: Member[] = []
    for (let id = 1; id <= nodes; id++) {
      const addresses = await freeAddresses(Object.keys(protocols))
      members.push({ node: new KafkaNode(id, program, directory), addresses })
    }
    const shared = {
      ...commonSettings(nodes),
      ...settings,
      'controller.quorum.voters': members
        .map(({ node, addresses }) => `${node.id}@${addresses.CONTROLLER}`)
        .join(),
      'listener.security.protocol.map': Object.entries(protocols)
        .map(pair => pair.join(':'))
        .join(),
    }
    const clusterId = randomBytes(16).toString('base64url')
    const cluster = new KafkaCluster(members)
    await Promise.all(
      members.map(async ({ node, addresses }) => {
        const own = Object.entries(addresses)
          .map(([name, address]) => `${name}://${address}`)
          .join()
        await node.format(clusterId, { ...shared, listeners: own }, format)
        node.start()
      }),
    )
    await cluster.#agreed()
    return cluster
  }

  get brokers(): readonly string[] {
    return this.addresses('PLAINTEXT')
  }

  addresses(listener: string): readonly string[] {
    return this.#members.map(({ addresses }) => addresses[listener])
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
    const { node: started, addresses } = this.#member(node)
    started.start()
    await this.#agreed()
    await until(`caught-up broker ${node}`, () => isInSync(addresses.PLAINTEXT, node))
  }

  /** Its connections stay, but nothing answers. */
  pause(node: number): void {
    this.#member(node).node.process.signal('SIGSTOP')
  }

  resume(node: number): void {
    this.#member(node).node.process.signal('SIGCONT')
  }

  /** What the nodes have said, where it outlives them: a file for each. */
  keepLogs(directory: string): void {
    for (const { node } of this.#members) node.keepLog(directory)
  }

  async end(): Promise<void> {
    const running = this.#members.filter(({ node }) => node.process.isRunning)
    await Promise.all(running.map(({ node }) => node.process.kill()))
  }

  /** Each node that runs knows of each other. */
  async #agreed(): Promise<void> {
    const running = this.#members.filter(({ node }) => node.process.isRunning)
    const ids = running.map(({ node }) => node.id).join()
    for (const { node, addresses } of running) {
      await until(`broker ${node.id} that knows ${ids}`, async () => {
        if (!node.process.isRunning) throw new Error(`broker ${node.id} ended: ${node.lastWords}`)
        return (await liveNodes(addresses.PLAINTEXT)).join() === ids
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

async function freeAddresses(names: readonly string[]): Promise<Record<string, string>> {
  const addresses: Record<string, string> = {}
  for (const name of names) addresses[name] = `127.0.0.1:${await freePort()}`
  return addresses
}
