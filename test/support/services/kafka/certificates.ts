import type { KeyObject } from 'node:crypto'
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'

/** PEM texts. */
export interface Identity {
  readonly cert: string
  readonly key: string
}

/** An authority of our own and what it signed, written as DER (X.509 v3), so that no tool is needed for it. */
export class CertificateAuthority {
  readonly #keys = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  readonly #name: string
  /** Who trusts this, trusts what it signed. */
  readonly cert: string

  constructor(name: string) {
    this.#name = name
    const maySign = extension('551d13', true, sequence(der(0x01, Buffer.of(0xff))))
    this.cert = this.#certify(name, this.#keys.publicKey, maySign)
  }

  /** An identity of this machine's, under that name. */
  issue(name: string): Identity {
    const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const here = sequence(der(0x82, Buffer.from('localhost')), der(0x87, Buffer.of(127, 0, 0, 1)))
    return {
      cert: this.#certify(name, keys.publicKey, extension('551d11', false, here)),
      key: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }),
    }
  }

  #certify(subject: string, key: KeyObject, extras: Buffer): string {
    const now = Date.now()
    const body = sequence(
      der(0xa0, der(0x02, Buffer.of(2))),
      der(0x02, Buffer.concat([Buffer.of(1), randomBytes(8)])),
      ecdsaWithSha256,
      distinguishedName(this.#name),
      sequence(utcTime(now - DAY_MS), utcTime(now + DAY_MS)),
      distinguishedName(subject),
      key.export({ type: 'spki', format: 'der' }),
      der(0xa3, sequence(extras)),
    )
    const signature = sign('sha256', body, this.#keys.privateKey)
    return pem('CERTIFICATE', sequence(body, ecdsaWithSha256, der(0x03, Buffer.of(0), signature)))
  }
}

const DAY_MS = 86_400_000
const ecdsaWithSha256 = sequence(objectId('2a8648ce3d040302'))

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts)
  return Buffer.concat([Buffer.of(tag, ...derLength(content.length)), content])
}

/** In as few bytes as possible: Java finds another signature otherwise. */
function derLength(length: number): number[] {
  if (length < 0x80) return [length]
  return length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return der(0x30, ...parts)
}

function objectId(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, 'hex'))
}

function distinguishedName(commonName: string): Buffer {
  return sequence(der(0x31, sequence(objectId('550403'), der(0x0c, Buffer.from(commonName)))))
}

function utcTime(ms: number): Buffer {
  const digits = new Date(ms).toISOString().replace(/\D/g, '')
  return der(0x17, Buffer.from(`${digits.slice(2, 14)}Z`))
}

function extension(id: string, isCritical: boolean, value: Buffer): Buffer {
  const critical = isCritical ? [der(0x01, Buffer.of(0xff))] : []
  return sequence(objectId(id), ...critical, der(0x04, value))
}

function pem(label: string, bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g)!
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n')
}
