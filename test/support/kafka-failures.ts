import { KafkaDisconnected } from '../../connectors/kafka/net/disconnected.ts'
import type { ErrorCode } from '../../engine/error-codes.ts'
import { isHeadraceError } from '../../engine/errors.ts'

/** For assert.rejects: this code, and these words. */
export function coded(code: ErrorCode, pattern: RegExp) {
  return (error: unknown) => isHeadraceError(error, code) && pattern.test(error.message)
}

/** For assert.rejects: a connection that is gone or cannot be had, and why. */
export function disconnected(pattern: RegExp) {
  return (error: unknown) => error instanceof KafkaDisconnected && pattern.test(error.message)
}
