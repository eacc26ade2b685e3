import { isHeadraceError } from '../../../engine/errors.ts'
import type { KafkaConnect } from '../config.ts'
import type { Address } from '../net/address.ts'
import { addressText } from '../net/address.ts'
import type { Connection } from '../net/connection.ts'
import { Link } from './link.ts'

export type Purpose = 'data' | 'fetch' | 'group'

/** The connections of a process to a cluster, by address: a broker that has moved gets new ones. */
export class Links {
  private readonly make: (address: Address) => Link
  private readonly links = new Map<string, Link>()

  constructor(options: KafkaConnect) {
    this.make = address => new Link(address, options)
  }

  get(address: Address, purpose: Purpose): Promise<Connection> {
    return this.link(address, purpose).get()
  }

  /** One of these brokers: one that we talk to already, otherwise the first that can be reached. */
  async any(addresses: readonly Address[]): Promise<Connection> {
    const candidates = shuffled(addresses).map(address => this.link(address, 'data'))
    candidates.sort((a, b) => Number(b.isOpen) - Number(a.isOpen))
    const failures: unknown[] = []
    for (const link of candidates) {
      try {
        return await link.get()
      } catch (error) {
        failures.push(error)
      }
    }
    throw failures.find(error => isHeadraceError(error)) ?? failures[0]
  }

  /** Ends the connections to addresses that are none of these. */
  keepOnly(addresses: readonly Address[]): void {
    const kept = new Set(addresses.map(addressText))
    for (const [key, link] of this.links) {
      if (kept.has(addressText(link.address))) continue
      link.close()
      this.links.delete(key)
    }
  }

  close(): void {
    for (const link of this.links.values()) link.close()
    this.links.clear()
  }

  private link(address: Address, purpose: Purpose): Link {
    const key = `${addressText(address)} ${purpose}`
    const known = this.links.get(key)
    if (known !== undefined) return known
    const link = this.make(address)
    this.links.set(key, link)
    return link
  }
}

function shuffled<T>(values: readonly T[]): T[] {
  const order = [...values]
  for (let last = order.length - 1; last > 0; last--) {
    const other = Math.floor(Math.random() * (last + 1))
    ;[order[last], order[other]] = [order[other], order[last]]
  }
  return order
}
