import type { KafkaRequest } from './request.ts'

export interface SaslAnswer {
  readonly error: number
  readonly detail: string | null
  readonly message: Uint8Array
  /** Zero where the broker does not ask again. */
  readonly sessionMs: number
}

/** One message of a mechanism to the broker, and its answer. */
export function saslAuthenticate(message: Uint8Array): KafkaRequest<SaslAnswer> {
  return {
    name: 'SaslAuthenticate',
    api: 36,
    version: 1,
    flexible: false,
    write(to) {
      to.data(message)
    },
    read(from) {
      return {
        error: from.i16(),
        detail: from.nullableText(),
        message: new Uint8Array(from.data()),
        sessionMs: from.i64(),
      }
    },
  }
}
