import { HeadraceError } from '../../../../engine/errors.ts'
import { limits } from '../../../../engine/limits.ts'
import type { SaslConfig } from '../../config.ts'
import { KAFKA, refused } from '../../protocol/kafka-errors.ts'
import type { KafkaRequest } from '../../protocol/request.ts'
import { saslAuthenticate } from '../../protocol/sasl-authenticate.ts'
import { saslHandshake } from '../../protocol/sasl-handshake.ts'
import type { Mechanism } from './mechanism.ts'
import { mechanismOf } from './mechanism.ts'

/** Brokers take it amiss when they are told twice in a second. */
const soonestMs = 1000

export type Exchange = <T>(request: KafkaRequest<T>, timeoutMs: number) => Promise<T>

/** The part of a session after which it is renewed: the broker ends connections whose session is over. */
const usedPart = 0.85

/** Who we are, told to a broker when a connection begins, and again before the broker's patience ends (KIP-368). */
export class Login {
  readonly #sasl: SaslConfig
  private readonly exchange: Exchange
  private renewAt = 0
  private renewing: Promise<void> | undefined

  constructor(sasl: SaslConfig, exchange: Exchange) {
    this.#sasl = sasl
    this.exchange = exchange
  }

  /** What other requests have to wait for; undefined nearly always. */
  due(): Promise<void> | undefined {
    if (this.renewing === undefined && performance.now() >= this.renewAt) {
      const done = () => {
        this.renewing = undefined
      }
      this.renewing = this.authenticate()
      // First of all that wait for it, so that nothing new overtakes the requests that do.
      this.renewing.then(done, done)
    }
    return this.renewing
  }

  private async authenticate(): Promise<void> {
    const mechanism = mechanismOf(this.#sasl)
    await this.announce(mechanism)
    const sessionMs = await this.converse(mechanism)
    const goodMs = sessionMs > 0 ? Math.max(sessionMs * usedPart, soonestMs) : Number.POSITIVE_INFINITY
    this.renewAt = performance.now() + goodMs
  }

  private async announce({ name }: Mechanism): Promise<void> {
    const { error, mechanisms } = await this.exchange(saslHandshake(name), limits.kafkaConnectMs)
    if (error === KAFKA.UNSUPPORTED_SASL_MECHANISM) {
      throw misplaced(`the broker does not take SASL ${name}, only ${mechanisms.join(', ')}`)
    }
    if (error === KAFKA.ILLEGAL_SASL_STATE) throw misplaced('this listener of the broker takes no SASL')
    if (error !== KAFKA.NONE) throw refused(`SASL ${name}`, error)
  }

  private async converse(mechanism: Mechanism): Promise<number> {
    let message: Uint8Array | undefined = await mechanism.first()
    for (;;) {
      const answer = await this.exchange(saslAuthenticate(message), limits.kafkaConnectMs)
      if (answer.error !== KAFKA.NONE)
        throw refused(`SASL ${mechanism.name}`, answer.error, {}, answer.detail)
      message = await mechanism.next(answer.message)
      if (message === undefined) return answer.sessionMs
    }
  }
}

function misplaced(what: string): HeadraceError {
  return new HeadraceError('HR_KAFKA_AUTH', what)
}
