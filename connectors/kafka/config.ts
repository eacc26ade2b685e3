/** How a broker is to believe who we are. */
export type SaslConfig =
  | {
      readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'
      readonly username: string
      readonly password: string
    }
  | { readonly mechanism: 'oauthbearer'; readonly token: string }
  | {
      readonly mechanism: 'oauthbearer'
      readonly tokenEndpoint: string
      readonly clientId: string
      readonly clientSecret: string
      readonly scope?: string
    }

/** PEM texts. */
export interface TlsConfig {
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
  readonly passphrase?: string
  readonly servername?: string
}

/** How the brokers are reached. Plain data: it goes to worker threads as it is. */
export interface KafkaConnect {
  /** `host:port` of some of them: the others are learnt from these. */
  readonly brokers: readonly string[]
  readonly clientId?: string
  readonly tls?: boolean | TlsConfig
  readonly sasl?: SaslConfig
}

export type Guarantee = 'exactly-once' | 'at-least-once'

/** Where a task begins that has no stored position: at the ends of the log, or a time in milliseconds. */
export type StartFrom = 'earliest' | 'latest' | number

/** What becomes of a stored position that the broker does not have any more. */
export type OnLostPosition = 'fail' | 'earliest' | 'latest'

export type Compression = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd'

export interface KafkaHomeOptions extends KafkaConnect {
  readonly guarantee?: Guarantee
  readonly startFrom?: StartFrom
  readonly onLostPosition?: OnLostPosition
  readonly compression?: Compression
  /** Makes missing output topics so; without it they are an error. The engine's own topics are always made. */
  readonly createTopics?: { readonly partitions?: number; readonly config?: Readonly<Record<string, string>> }
  /** Of topics that we make; the broker's default without it. */
  readonly replicationFactor?: number
  /** Keeps its tasks over a restart that is shorter than the session time-out. */
  readonly groupInstanceId?: string
  readonly sessionTimeoutMs?: number
  readonly transactionTimeoutMs?: number
}

/** Something that was survived, and that people want to know of. */
export interface Notice {
  readonly message: string
  readonly topic?: string
  readonly partition?: number
}

export type Notify = (notice: Notice) => void
