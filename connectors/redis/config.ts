import { HeadraceError } from '../../engine/errors.ts'

/** PEM texts. */
export interface RedisTls {
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
  readonly passphrase?: string
  readonly servername?: string
}

/**
 * What expires: each field by itself, which takes Redis 7.4 or later, or an entity as a whole when its newest field
 * does. What has expired is not read in either case.
 */
export type Expiry = 'field' | 'key'

/** How Redis is reached. Plain data: it goes to worker threads as it is. */
export interface RedisOptions {
  /** As in redis://host:6379/0; rediss:// is with TLS. Instead of host, port and db. */
  readonly url?: string | undefined
  readonly host?: string | undefined
  readonly port?: number | undefined
  readonly db?: number | undefined
  /** `host:port` of some nodes of a Redis Cluster: the others are learnt from these. */
  readonly cluster?: readonly string[] | undefined
  readonly tls?: boolean | RedisTls | undefined
  /** An ACL user; without it, the default one. */
  readonly username?: string | undefined
  readonly password?: string | undefined
  /** What all keys begin with. Default: `headrace:`. */
  readonly keyPrefix?: string | undefined
  readonly expiry?: Expiry | undefined
}

/** Something that was survived, and that people want to know of. */
export type Notify = (message: string) => void

export interface HostPort {
  readonly host: string
  readonly port: number
}

/** The options, checked and complete. */
export interface RedisPlace {
  readonly nodes: readonly HostPort[]
  readonly isCluster: boolean
  readonly db: number
  readonly tls: RedisTls | undefined
  readonly username: string | undefined
  readonly password: string | undefined
  readonly keyPrefix: string
  readonly expiry: Expiry
  /** For messages: without secrets. */
  readonly name: string
}

const DEFAULT_PORT = 6379

export const defaultKeyPrefix = 'headrace:'

export function placeOf(options: RedisOptions): RedisPlace {
  const { url, host, port, cluster, keyPrefix = defaultKeyPrefix, expiry = 'field' } = options
  if ([url, host, cluster].filter(way => way !== undefined).length !== 1) {
    throw invalid('url, host and cluster: it takes one of them')
  }
  if (expiry !== 'field' && expiry !== 'key') throw invalid(`expiry is ${expiry}: field or key`)
  // Braces say which part of a key decides where in a cluster it is.
  if (/[{}]/.test(keyPrefix)) throw invalid('keyPrefix: it has no { or } in it')
  const named = url === undefined ? undefined : partsOf(url)
  const db = named?.db ?? options.db ?? 0
  if (!Number.isInteger(db) || db < 0) throw invalid(`db is ${db}: a whole number from 0`)
  if (cluster !== undefined && db !== 0) throw invalid('db: a cluster has no other than 0')
  const nodes = named
    ? [named.node]
    : (cluster?.map(nodeOf) ?? [{ host: host ?? '', port: port ?? DEFAULT_PORT }])
  if (nodes.length === 0) throw invalid('cluster: it names no node')
  const { username = named?.username, password = named?.password } = options
  if (username !== undefined && password === undefined)
    throw invalid('password: it is missing, with a username')
  return {
    nodes,
    isCluster: cluster !== undefined,
    db,
    tls: tlsOf(options.tls ?? named?.tls),
    username,
    password,
    keyPrefix,
    expiry,
    name: `Redis at ${nodes.map(node => `${node.host}:${node.port}`).join(', ')}`,
  }
}

function partsOf(text: string) {
  // What cannot be read is not shown: there may be a password in it.
  if (!URL.canParse(text)) throw invalid('url: it is not an address like redis://host:6379')
  const { protocol, hostname, port, pathname, username, password } = new URL(text)
  if (protocol !== 'redis:' && protocol !== 'rediss:') {
    throw invalid('url: it does not begin with redis:// or rediss://')
  }
  return {
    node: { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? DEFAULT_PORT : Number(port) },
    db: pathname.length > 1 ? Number(pathname.slice(1)) : undefined,
    tls: protocol === 'rediss:',
    username: decodeURIComponent(username) || undefined,
    password: decodeURIComponent(password) || undefined,
  }
}

function nodeOf(text: string): HostPort {
  const [, host, port] = /^(?<host>.+):(?<port>\d{1,5})$/.exec(text) ?? []
  if (host === undefined) throw invalid(`cluster: "${text}" is not host:port`)
  return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) }
}

function tlsOf(tls: boolean | RedisTls | undefined): RedisTls | undefined {
  if (typeof tls === 'object') return tls
  return tls ? {} : undefined
}

function invalid(message: string): HeadraceError {
  return new HeadraceError('HR_CONFIG_INVALID', `redis.${message}`)
}
