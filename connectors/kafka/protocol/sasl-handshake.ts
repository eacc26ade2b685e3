import type { KafkaRequest } from './request.ts'

/** Names the mechanism that follows; the answer names those that the broker takes. */
export function saslHandshake(
  mechanism: string,
): KafkaRequest<{ error: number; mechanisms: readonly string[] }> {
  return {
    name: 'SaslHandshake',
    api: 17,
    version: 1,
    flexible: false,
    write(to) {
      to.text(mechanism)
    },
    read(from) {
      return { error: from.i16(), mechanisms: from.array(() => from.text()) }
    },
  }
}
