import type { StartFrom } from '../../connectors/kafka/config.ts'
import { limits } from '../../engine/limits.ts'
import type { Setting } from './setting.ts'
import { text, toggle, whole, word } from './setting.ts'

const day = 86_400_000

/**
 * Where the topics are on Kafka, and how. A key with a dot is a field of an object in the configuration:
 * `sasl.username` stands there as `sasl: { username }`.
 */
export const kafkaSettings = {
  brokers: brokerList({
    about: 'some of the brokers; with them topics and state are on Kafka, without on the embedded log',
    env: 'HEADRACE_BROKERS',
    flag: 'brokers',
  }),
  tls: toggle({
    about: 'whether connections are encrypted; also so where one of the following is given',
    env: 'HEADRACE_TLS',
  }),
  'tls.ca': pemFile('that has the authorities to believe, where the system does not know them', 'CA'),
  'tls.cert': pemFile('that has our own certificate', 'CERT'),
  'tls.key': pemFile('that has the key of our certificate', 'KEY'),
  'tls.passphrase': text(undefined, {
    about: 'of an encrypted key',
    env: 'HEADRACE_TLS_PASSPHRASE',
    secret: true,
  }),
  'tls.servername': text(undefined, {
    about: 'the name that the certificates of the brokers are for, where it is not that of their addresses',
    env: 'HEADRACE_TLS_SERVERNAME',
  }),
  'sasl.mechanism': word(['plain', 'scram-sha-256', 'scram-sha-512', 'oauthbearer'], undefined, {
    about: 'how we prove to the brokers who we are',
    env: 'HEADRACE_SASL_MECHANISM',
  }),
  'sasl.username': saslText('of plain and scram', 'USERNAME'),
  'sasl.password': saslText('of plain and scram', 'PASSWORD', true),
  'sasl.token': saslText('of oauthbearer, where the token is given', 'TOKEN', true),
  'sasl.tokenEndpoint': webAddress({
    about: 'of oauthbearer: the address that gives tokens',
    env: 'HEADRACE_SASL_TOKEN_ENDPOINT',
  }),
  'sasl.clientId': saslText('for the token endpoint', 'CLIENT_ID'),
  'sasl.clientSecret': saslText('for the token endpoint', 'CLIENT_SECRET', true),
  'sasl.scope': saslText('for the token endpoint, if it wants one', 'SCOPE'),
  guarantee: word(['exactly-once', 'at-least-once'], 'exactly-once', {
    about: 'whether a crash may leave results twice on Kafka',
    env: 'HEADRACE_GUARANTEE',
  }),
  startFrom: startTime({
    about: 'where a job begins to read that has no positions yet',
    env: 'HEADRACE_START_FROM',
  }),
  onLostPosition: word(['fail', 'earliest', 'latest'], 'fail', {
    about: 'what to do where the records are gone at which the job was to go on',
    env: 'HEADRACE_ON_LOST_POSITION',
  }),
  compression: word(['none', 'gzip', 'snappy', 'lz4', 'zstd'], 'none', {
    about: 'of what is written to Kafka',
    env: 'HEADRACE_COMPRESSION',
  }),
  createTopics: toggle({
    about: 'whether missing output topics are created on Kafka; without it they are an error',
    env: 'HEADRACE_CREATE_TOPICS',
  }),
  'createTopics.partitions': whole(1, 10_000, undefined, {
    about: 'of created output topics; without it as many as their stage has',
    env: 'HEADRACE_CREATE_TOPICS_PARTITIONS',
  }),
  'createTopics.config': topicConfig({ about: "of created output topics, in the brokers' own keys" }),
  replicationFactor: whole(1, 32_767, undefined, {
    about: 'of every topic that is created on Kafka; without it, what the brokers have as default',
    env: 'HEADRACE_REPLICATION_FACTOR',
  }),
  groupInstanceId: text(undefined, {
    about: 'a name of this process that it keeps over restarts: its tasks wait for it then',
    env: 'HEADRACE_GROUP_INSTANCE_ID',
  }),
  sessionTimeoutMs: whole(1000, day, limits.groupSessionMs, {
    about: 'a process that the brokers have not heard of for so long loses its tasks to others',
    env: 'HEADRACE_SESSION_TIMEOUT_MS',
  }),
  transactionTimeoutMs: whole(1000, day, limits.kafkaTransactionMs, {
    about: 'a transaction that is open for so long is aborted by the brokers',
    env: 'HEADRACE_TRANSACTION_TIMEOUT_MS',
  }),
} as const

type Source = Pick<Setting<unknown>, 'about' | 'env' | 'flag'>

function brokerList(source: Source): Setting<readonly string[] | undefined> {
  return {
    ...source,
    fallback: undefined,
    allowed: "'host:port', several of them in an array or with commas between",
    read: value => {
      const list = typeof value === 'string' ? value.split(',').map(one => one.trim()) : value
      return Array.isArray(list) && list.length > 0 && list.every(isAddress) ? list : undefined
    },
  }
}

function isAddress(value: unknown): boolean {
  const port = /^(?:[\w.-]+|\[[\da-fA-F:.]+\]):(?<port>\d{1,5})$/.exec(String(value))?.groups?.port
  return typeof value === 'string' && Number(port) >= 1 && Number(port) <= 65_535
}

function pemFile(what: string, name: string): Setting<string | undefined> {
  return text(undefined, { about: `a PEM file ${what}`, env: `HEADRACE_TLS_${name}`, isPath: true })
}

function saslText(about: string, name: string, secret = false): Setting<string | undefined> {
  return text(undefined, { about, env: `HEADRACE_SASL_${name}`, secret })
}

function webAddress(source: Source): Setting<string | undefined> {
  return {
    ...source,
    fallback: undefined,
    allowed: 'an address that begins with https:// or http://',
    read: value => {
      const url = typeof value === 'string' ? URL.parse(value) : null
      return url !== null && /^https?:$/.test(url.protocol) ? url.href : undefined
    },
  }
}

function startTime(source: Source): Setting<StartFrom> {
  return {
    ...source,
    fallback: 'earliest',
    allowed: "'earliest', 'latest', a time as '2026-01-31T12:00:00Z' or in milliseconds",
    read: value => {
      if (value === 'earliest' || value === 'latest') return value
      const isMs = typeof value === 'string' && /^\d+$/.test(value)
      const time = typeof value === 'string' && !isMs ? Date.parse(value) : Number(value)
      return Number.isSafeInteger(time) && time >= 0 ? time : undefined
    },
  }
}

function topicConfig(source: Source): Setting<Readonly<Record<string, string>> | undefined> {
  return {
    ...source,
    fallback: undefined,
    allowed: "an object as { 'retention.ms': '86400000' }",
    read: value => {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
      const isPlain = (one: unknown) => ['string', 'number', 'boolean'].includes(typeof one)
      if (!Object.values(value).every(isPlain)) return undefined
      return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, String(one)]))
    },
  }
}
