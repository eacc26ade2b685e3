import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { HeadraceError } from '../../../../engine/errors.ts'
import { limits } from '../../../../engine/limits.ts'
import type { Mechanism } from './mechanism.ts'

const derive = promisify(pbkdf2)
const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** With fewer rounds a password could be guessed from what is sent (RFC 7677). */
const fewestRounds = 4096

/** "No channel binding", as a message begins, and as it is repeated at the end. */
const header = 'n,,'

/**
 * RFC 5802, without SASLprep, as Kafka's own client has it. The password is never sent; and the broker has to
 * show that it knows it as well.
 */
export class Scram implements Mechanism {
  readonly name: string
  private readonly hash: 'sha256' | 'sha512'
  private readonly nonce: string
  private readonly bareFirst: string
  readonly #password: string
  #expected: Buffer | undefined

  constructor(hash: 'sha256' | 'sha512', username: string, password: string, nonce = newNonce()) {
    this.name = hash === 'sha256' ? 'SCRAM-SHA-256' : 'SCRAM-SHA-512'
    this.hash = hash
    this.nonce = nonce
    this.bareFirst = `n=${username.replaceAll('=', '=3D').replaceAll(',', '=2C')},r=${nonce}`
    this.#password = password
  }

  async first(): Promise<Uint8Array> {
    return encoder.encode(header + this.bareFirst)
  }

  async next(challenge: Uint8Array): Promise<Uint8Array | undefined> {
    const text = decoder.decode(challenge)
    if (this.#expected === undefined) return this.prove(text)
    const { v: signature = '' } = fieldsOf(text)
    const given = Buffer.from(signature, 'base64')
    if (given.length !== this.#expected.length || !timingSafeEqual(given, this.#expected)) {
      throw distrusted('the broker has not shown that it knows the password')
    }
    return undefined
  }

  private async prove(serverFirst: string): Promise<Uint8Array> {
    const { r: nonce = '', s: salt = '', i: rounds = '' } = fieldsOf(serverFirst)
    const iterations = Number(rounds)
    if (!nonce.startsWith(this.nonce) || nonce === this.nonce)
      throw distrusted('its nonce does not extend ours')
    if (!(iterations >= fewestRounds && iterations <= limits.kafkaScramRounds)) {
      const bounds = `${fewestRounds} to kafkaScramRounds, ${limits.kafkaScramRounds}`
      throw distrusted(`it asks for ${rounds} rounds, which is not in the range ${bounds}`)
    }
    const withoutProof = `c=${Buffer.from(header).toString('base64')},r=${nonce}`
    const all = `${this.bareFirst},${serverFirst},${withoutProof}`
    const length = createHash(this.hash).digest().length
    const salted = await derive(this.#password, Buffer.from(salt, 'base64'), iterations, length, this.hash)
    const clientKey = this.hmac(salted, 'Client Key')
    const signature = this.hmac(createHash(this.hash).update(clientKey).digest(), all)
    const proof = clientKey.map((byte, k) => byte ^ signature[k])
    this.#expected = this.hmac(this.hmac(salted, 'Server Key'), all)
    return encoder.encode(`${withoutProof},p=${Buffer.from(proof).toString('base64')}`)
  }

  private hmac(key: Uint8Array, text: string): Buffer {
    return createHmac(this.hash, key).update(text).digest()
  }
}

function newNonce(): string {
  return randomBytes(24).toString('base64')
}

/** `a=1,b=2`. */
function fieldsOf(message: string): Readonly<Record<string, string>> {
  return Object.fromEntries(message.split(',').map(field => [field.slice(0, 1), field.slice(2)]))
}

function distrusted(what: string): HeadraceError {
  return new HeadraceError('HR_KAFKA_AUTH', `SCRAM: ${what}`)
}
