import { hash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Scope } from './scopes.ts'

/** A bearer token as a deployment knows it: what it hashes to, never itself. */
export interface TokenEntry {
  /** For logs: whose it is. */
  readonly name: string
  /** SHA-256 in hexadecimal digits, after `sha256:`. */
  readonly hash: string
  readonly scopes: readonly Scope[]
}

/** 256 random bits: a hash of them needs no salt and no slowness. */
export function newToken(): string {
  return `hr_${randomBytes(32).toString('base64url')}`
}

export function hashOf(token: string): string {
  return `sha256:${digest(token).toString('hex')}`
}

export function isHash(text: unknown): text is string {
  return typeof text === 'string' && /^sha256:[0-9a-f]{64}$/.test(text)
}

/** The tokens of a deployment. */
export class Tokens {
  private readonly known: readonly { readonly entry: TokenEntry; readonly digest: Buffer }[]

  constructor(entries: readonly TokenEntry[]) {
    this.known = entries.map(entry => ({
      entry,
      digest: Buffer.from(entry.hash.slice('sha256:'.length), 'hex'),
    }))
  }

  get areThere(): boolean {
    return this.known.length > 0
  }

  /** Compares with all of them, each in constant time: how long it takes says nothing of which one it is. */
  find(token: string): TokenEntry | undefined {
    const asked = digest(token)
    let found: TokenEntry | undefined
    for (const { entry, digest } of this.known) if (timingSafeEqual(asked, digest)) found = entry
    return found
  }
}

function digest(token: string): Buffer {
  return hash('sha256', token, 'buffer')
}
