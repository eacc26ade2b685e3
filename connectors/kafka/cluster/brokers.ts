import { HeadraceError } from '../../../engine/errors.ts'
import { limits } from '../../../engine/limits.ts'
import type { KafkaConnect, Notify } from '../config.ts'
import type { Address } from '../net/address.ts'
import { addressText, parseAddress } from '../net/address.ts'
import type { Connection } from '../net/connection.ts'
import { KafkaDisconnected } from '../net/disconnected.ts'
import type { BrokerAddress, Metadata } from '../protocol/metadata.ts'
import { metadata } from '../protocol/metadata.ts'
import type { Purpose } from './links.ts'
import { Links } from './links.ts'
import { retryingFor } from './retry.ts'

/** Which brokers there are, and the connections to them. What any answer tells about addresses is kept. */
export class Brokers {
  private readonly links: Links
  private readonly given: readonly Address[]
  private addresses: ReadonlyMap<number, Address> = new Map()
  private stale = false
  private refreshing: Promise<Metadata> | undefined
  private closed = false

  constructor(options: KafkaConnect) {
    if (options.brokers.length === 0) throw new HeadraceError('HR_CONFIG_INVALID', 'brokers: names none')
    this.given = options.brokers.map(parseAddress)
    this.links = new Links(options)
  }

  /** The first contact, for which there is less patience: the addresses may be wrong. */
  reach(notify: Notify): Promise<Metadata> {
    const given = this.given.map(addressText).join(', ')
    return retryingFor(limits.kafkaBootstrapMs, `reaching Kafka at ${given}`, notify, () => this.describe([]))
  }

  async any(): Promise<Connection> {
    this.checkOpen()
    const known = [...this.addresses.values()]
    const texts = new Set(known.map(addressText))
    return this.links.any([...known, ...this.given.filter(address => !texts.has(addressText(address)))])
  }

  async broker(node: number, purpose: Purpose): Promise<Connection> {
    this.checkOpen()
    if (this.stale || !this.addresses.has(node)) await this.refresh()
    const address = this.addresses.get(node)
    if (address === undefined)
      throw new KafkaDisconnected(`broker ${node}`, 'it is not in the cluster at present')
    try {
      return await this.links.get(address, purpose)
    } catch (error) {
      this.stale = true
      throw error
    }
  }

  /** Asks for the state of things now. */
  async describe(topics: readonly string[] | 'all'): Promise<Metadata> {
    const found = await (await this.any()).send(metadata(topics))
    this.learn(found.brokers)
    return found
  }

  close(): void {
    this.closed = true
    this.links.close()
  }

  /** Those who find out together that an address is wrong ask once. */
  private refresh(): Promise<Metadata> {
    this.refreshing ??= this.describe([]).finally(() => (this.refreshing = undefined))
    return this.refreshing
  }

  private learn(brokers: readonly BrokerAddress[]): void {
    if (brokers.length === 0) return
    this.stale = false
    this.addresses = new Map(brokers.map(({ node, host, port }) => [node, { host, port }]))
    this.links.keepOnly([...this.addresses.values(), ...this.given])
  }

  private checkOpen(): void {
    if (this.closed) throw new HeadraceError('HR_KAFKA_UNREACHABLE', 'the connections to Kafka are closed')
  }
}
