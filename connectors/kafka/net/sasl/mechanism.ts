import type { SaslConfig } from '../../config.ts'
import { OAuthBearer } from './oauth-bearer.ts'
import { Plain } from './plain.ts'
import { Scram } from './scram.ts'

/** Our side of one exchange of messages. */
export interface Mechanism {
  /** As brokers call it. */
  readonly name: string
  first(): Promise<Uint8Array>
  /** What to say to what the broker has said; undefined when all is said. */
  next(challenge: Uint8Array): Promise<Uint8Array | undefined>
}

export function mechanismOf(sasl: SaslConfig): Mechanism {
  switch (sasl.mechanism) {
    case 'plain':
      return new Plain(sasl.username, sasl.password)
    case 'scram-sha-256':
      return new Scram('sha256', sasl.username, sasl.password)
    case 'scram-sha-512':
      return new Scram('sha512', sasl.username, sasl.password)
    case 'oauthbearer':
      return new OAuthBearer(sasl)
  }
}
