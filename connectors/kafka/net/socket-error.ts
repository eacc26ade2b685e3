import type net from 'node:net'
import { TLSSocket } from 'node:tls'
import { HeadraceError, isHeadraceError, messageOf } from '../../../engine/errors.ts'
import type { Address } from './address.ts'
import { addressText } from './address.ts'
import { KafkaDisconnected } from './disconnected.ts'

/** What a socket's failure means: one that may pass, or one that is a matter of configuration. */
export function socketError(
  address: Address,
  error: unknown,
  socket: net.Socket,
): HeadraceError | KafkaDisconnected {
  if (error instanceof KafkaDisconnected || isHeadraceError(error)) return error
  const at = addressText(address)
  const { code, reason = messageOf(error) } = error as { code?: string; reason?: string }
  if (socket instanceof TLSSocket && socket.authorizationError) {
    const message = `${at}: its certificate is not trusted: ${messageOf(error)}`
    return new HeadraceError('HR_KAFKA_AUTH', message, { cause: error })
  }
  if (code?.startsWith('ERR_SSL_') && code.includes('ALERT')) {
    const message = `${at}: the broker refuses our side of TLS: ${reason}`
    return new HeadraceError('HR_KAFKA_AUTH', message, { cause: error })
  }
  if (code?.startsWith('ERR_SSL_')) {
    const message = `${at}: what answers there does not speak TLS: ${reason}`
    return new HeadraceError('HR_KAFKA_PROTOCOL', message, { cause: error })
  }
  return new KafkaDisconnected(at, reasonOf(error), error)
}

/** A name with several addresses fails with one error for each of them, and no words of its own. */
function reasonOf(error: unknown): string {
  const each = error instanceof AggregateError ? error.errors : [error]
  return each.map(messageOf).join('; ')
}
