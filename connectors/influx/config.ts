import { HeadraceError } from '../../engine/errors.ts'

/** What times are written in. Event times are whole milliseconds: nanoseconds are the same, with zeros behind. */
export type Precision = 'ms' | 'ns'

/** PEM texts. */
export interface InfluxTls {
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
  readonly passphrase?: string
}

/** Where the points of a deployment go. Plain data: it goes to worker threads as it is. */
export interface InfluxOptions {
  /** As in http://host:8086. */
  readonly url: string
  readonly token?: string | undefined
  /** Name and password, instead of a token. */
  readonly username?: string | undefined
  readonly password?: string | undefined
  readonly org: string
  readonly bucket: string
  /** Makes the bucket where it is missing. Its points are kept for so long, or for ever. */
  readonly createBucket?: { readonly retentionMs?: number } | undefined
  /** Default: ms. */
  readonly precision?: Precision | undefined
  readonly tls?: InfluxTls | undefined
  /** Whether points are sent compressed. Default: true. */
  readonly gzip?: boolean | undefined
}

/** Something that was survived, and that people want to know of. */
export type Notify = (message: string) => void

const SHORTEST_RETENTION_MS = 3_600_000

/** Checks what can be checked without the server. The address that it gives has no slash at its end. */
export function checkedOptions(options: InfluxOptions): InfluxOptions {
  const { url, token, username, password, org, bucket, precision, createBucket } = options
  if (!URL.canParse(url)) throw invalid('url: it is not an address like http://host:8086')
  const { protocol, username: name, password: secret, origin, pathname } = new URL(url)
  if (protocol !== 'http:' && protocol !== 'https:') {
    throw invalid('url: it does not begin with http:// or https://')
  }
  // Messages show the address.
  if (name !== '' || secret !== '') throw invalid('url: name and password have settings of their own')
  if ((token === undefined) === (username === undefined)) {
    throw invalid('token and username: InfluxDB takes one of them')
  }
  if ((username === undefined) !== (password === undefined)) {
    throw invalid('username and password: one of them is missing')
  }
  if (!org) throw invalid('org: the organization is missing')
  if (!bucket) throw invalid('bucket: the name of the bucket is missing')
  if (!['ms', 'ns', undefined].includes(precision)) throw invalid(`precision is ${precision}: ms or ns`)
  const { retentionMs } = createBucket ?? {}
  if (retentionMs !== undefined && !(retentionMs >= SHORTEST_RETENTION_MS)) {
    throw invalid(`createBucket.retentionMs is ${retentionMs}: InfluxDB keeps points for an hour at least`)
  }
  return { ...options, url: origin + pathname.replace(/\/+$/, '') }
}

function invalid(message: string): HeadraceError {
  return new HeadraceError('HR_CONFIG_INVALID', `influx.${message}`)
}
