import { HeadraceError } from '../../engine/errors.ts'

/** What schemas are registered under: the topic, the record's full name, or both. */
export type SubjectRule = 'topic' | 'record' | 'topic-record'

/** PEM texts. */
export interface RegistryTls {
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
  readonly passphrase?: string
}

/** How a schema registry is reached, and what we may do there. Plain data: it goes to worker threads as it is. */
export interface RegistryOptions {
  /** Where its API begins. Several, in a list or with commas between them, are tried in turn. */
  readonly url: string | readonly string[]
  readonly username?: string | undefined
  readonly password?: string | undefined
  /** A bearer token, instead of name and password. */
  readonly token?: string | undefined
  readonly tls?: RegistryTls | undefined
  readonly subjects?: SubjectRule | undefined
  /** Whether schemas that are not there are registered; without it they are an error. Default: true. */
  readonly register?: boolean | undefined
}

/** One address of the registry. `url` has no secret in it, so that messages may show it. */
export interface RegistryAddress {
  readonly url: string
  readonly authorization: string | undefined
}

/** The addresses, each with what it takes to be let in. A name and password may stand in the address. */
export function addressesOf(options: RegistryOptions): readonly RegistryAddress[] {
  const { url, username, password, token } = options
  if (token !== undefined && username !== undefined) {
    throw invalid('token and username: the registry takes one of them')
  }
  if ((username === undefined) !== (password === undefined)) {
    throw invalid('username and password: one of them is missing')
  }
  const texts = (typeof url === 'string' ? url.split(',') : url).map(text => text.trim())
  const found = texts.filter(text => text !== '').map(text => addressOf(text, options))
  if (found.length === 0) throw invalid('url: the address of the registry is missing')
  return found
}

function addressOf(text: string, options: RegistryOptions): RegistryAddress {
  // What cannot be read is not shown: there may be a password in it.
  if (!URL.canParse(text)) throw invalid('url: it is not an address like http://host:8081')
  const url = new URL(text)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw invalid('url: it does not begin with http:// or https://')
  }
  return { url: url.origin + url.pathname.replace(/\/+$/, ''), authorization: authorizationOf(url, options) }
}

function authorizationOf(url: URL, { username, password, token }: RegistryOptions): string | undefined {
  if (token !== undefined) return `Bearer ${token}`
  const name = username ?? decodeURIComponent(url.username)
  const secret = password ?? decodeURIComponent(url.password)
  return name === '' ? undefined : `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}`
}

function invalid(message: string): HeadraceError {
  return new HeadraceError('HR_CONFIG_INVALID', `schemaRegistry.${message}`)
}
