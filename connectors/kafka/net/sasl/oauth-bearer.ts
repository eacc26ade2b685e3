import type { SaslConfig } from '../../config.ts'
import { accessToken } from './access-token.ts'
import type { Mechanism } from './mechanism.ts'

export type OAuthConfig = Extract<SaslConfig, { mechanism: 'oauthbearer' }>

const encoder = new TextEncoder()

/** RFC 7628. A broker that does not take the token says why only after one more message. */
export class OAuthBearer implements Mechanism {
  readonly name = 'OAUTHBEARER'
  readonly #config: OAuthConfig

  constructor(config: OAuthConfig) {
    this.#config = config
  }

  async first(): Promise<Uint8Array> {
    return encoder.encode(`n,,\x01auth=Bearer ${await accessToken(this.#config)}\x01\x01`)
  }

  async next(challenge: Uint8Array): Promise<Uint8Array | undefined> {
    return challenge.length === 0 ? undefined : encoder.encode('\x01')
  }
}
