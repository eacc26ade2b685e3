import type { KafkaConnect } from '../config.ts'
import type { Address } from '../net/address.ts'
import { addressText } from '../net/address.ts'
import { Connection } from '../net/connection.ts'
import { KafkaDisconnected } from '../net/disconnected.ts'
import { pauseMs } from './retry.ts'

/** The one connection to an address for one purpose, opened when it is asked for and again when it has ended. */
export class Link {
  readonly address: Address
  private readonly open: (address: Address) => Promise<Connection>
  private current: Connection | undefined
  private opening: Promise<Connection> | undefined
  private failures = 0
  private closed = false

  constructor(address: Address, options: KafkaConnect) {
    this.address = address
    // A function, so that whoever prints a link does not print the secrets in the options.
    this.open = to => Connection.open(to, options)
  }

  get isOpen(): boolean {
    return this.current?.isOpen ?? false
  }

  async get(): Promise<Connection> {
    if (this.closed) throw new KafkaDisconnected(addressText(this.address), 'closed by us')
    if (this.current?.isOpen) return this.current
    this.opening ??= this.connect()
    return this.opening
  }

  close(): void {
    this.closed = true
    this.current?.close()
  }

  /** A failure is everybody's for a moment, however many ask: a broker that is down is not stormed. */
  private async connect(): Promise<Connection> {
    try {
      this.current = await this.open(this.address)
      this.failures = 0
      this.opening = undefined
    } catch (error) {
      setTimeout(() => (this.opening = undefined), pauseMs(this.failures++)).unref()
      throw error
    }
    if (this.closed) this.current.close()
    return this.current
  }
}
