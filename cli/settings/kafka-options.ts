import type { KafkaHomeOptions, SaslConfig, TlsConfig } from '../../connectors/kafka/config.ts'
import { HeadraceError } from '../../engine/errors.ts'
import { kafkaSettings } from './kafka.ts'
import { readPem } from './pem-file.ts'
import type { Setting, ValueOf } from './setting.ts'

type Settings = typeof kafkaSettings
type Key = keyof Settings
export type KafkaValues = { readonly [K in Key]: ValueOf<Settings[K]> }

/** What the single settings come to, if there are brokers. What contradicts itself fails. */
export function kafkaOptionsOf(values: KafkaValues, commitMs: number): KafkaHomeOptions | undefined {
  const { brokers, guarantee, startFrom, onLostPosition, compression } = values
  const tls = tlsOf(values)
  const sasl = saslOf(values)
  if (brokers === undefined) {
    const lone = tls ? 'tls' : sasl && 'sasl.mechanism'
    if (lone) throw invalid(`${lone} is given, but brokers (HEADRACE_BROKERS, --brokers) is not`)
    return undefined
  }
  const { replicationFactor, groupInstanceId, sessionTimeoutMs, transactionTimeoutMs } = values
  if (transactionTimeoutMs <= commitMs) {
    throw invalid(
      `${named('transactionTimeoutMs')} is ${transactionTimeoutMs}, which is not more than commitMs, ${commitMs}: ` +
        'the brokers would abort transactions before they are committed',
    )
  }
  return {
    ...{ brokers, tls, guarantee, startFrom, onLostPosition, compression },
    ...present({ sasl, createTopics: createTopicsOf(values) }),
    ...present({ replicationFactor, groupInstanceId }),
    ...{ sessionTimeoutMs, transactionTimeoutMs },
  }
}

function tlsOf(values: KafkaValues): boolean | TlsConfig {
  const isOn = isSwitchedOn('tls', values)
  const { 'tls.cert': cert, 'tls.key': key, 'tls.passphrase': passphrase } = values
  if ((cert === undefined) !== (key === undefined)) {
    throw invalid(
      `of ${named('tls.cert')} and ${named('tls.key')} only one is given: a certificate goes with its key`,
    )
  }
  if (passphrase !== undefined && key === undefined) {
    throw invalid(`${named('tls.passphrase')} is given, but ${named('tls.key')} is not`)
  }
  if (!isOn || partsOf('tls', values).length === 0) return isOn
  const pem = (name: Key) =>
    values[name] === undefined ? undefined : readPem(named(name), String(values[name]))
  const servername = values['tls.servername']
  return present({ ca: pem('tls.ca'), cert: pem('tls.cert'), key: pem('tls.key'), passphrase, servername })
}

const nameAndPassword: readonly (readonly Key[])[] = [['sasl.username', 'sasl.password']]

/** What each mechanism needs: one of these sets. */
const needs: Readonly<Record<SaslConfig['mechanism'], readonly (readonly Key[])[]>> = {
  plain: nameAndPassword,
  'scram-sha-256': nameAndPassword,
  'scram-sha-512': nameAndPassword,
  oauthbearer: [['sasl.token'], ['sasl.tokenEndpoint', 'sasl.clientId', 'sasl.clientSecret']],
}

function saslOf(values: KafkaValues): SaslConfig | undefined {
  const given: Key[] = partsOf('sasl', values).filter(key => key !== 'sasl.mechanism')
  const mechanism = values['sasl.mechanism']
  if (mechanism === undefined) {
    if (given.length === 0) return undefined
    const { allowed } = kafkaSettings['sasl.mechanism']
    throw invalid(`${named(given[0])} is given, but ${named('sasl.mechanism')} is not; allowed: ${allowed}`)
  }
  const ways = needs[mechanism]
  const way = ways.find(keys => keys.some(key => given.includes(key)))
  const wanted = ways.map(keys => keys.map(named).join(' and ')).join(', or ')
  const missing = way?.find(key => !given.includes(key))
  if (way === undefined || missing !== undefined) {
    const lacking = missing === undefined ? 'none of it is given' : `${missing} is missing`
    throw invalid(`sasl.mechanism '${mechanism}' needs ${wanted}: ${lacking}`)
  }
  const optional = way.includes('sasl.tokenEndpoint') ? 'sasl.scope' : undefined
  const extra = given.find(key => !way.includes(key) && key !== optional)
  if (extra !== undefined) {
    throw invalid(`${named(extra)} has no place beside ${way.join(', ')} for sasl.mechanism '${mechanism}'`)
  }
  const fields = given.map(key => [key.slice('sasl.'.length), values[key]])
  return { mechanism, ...Object.fromEntries(fields) } as SaslConfig
}

function createTopicsOf(values: KafkaValues): KafkaHomeOptions['createTopics'] {
  if (!isSwitchedOn('createTopics', values)) return undefined
  return present({ partitions: values['createTopics.partitions'], config: values['createTopics.config'] })
}

/** Whether something is on that can be on without more, or with some fields. */
function isSwitchedOn(group: 'tls' | 'createTopics', values: KafkaValues): boolean {
  const given = partsOf(group, values)
  if (values[group] === false && given.length > 0) {
    throw invalid(`${named(given[0])} is given, but ${named(group)} is false`)
  }
  return values[group] ?? given.length > 0
}

function partsOf(group: string, values: KafkaValues): Key[] {
  const keys = Object.keys(kafkaSettings) as Key[]
  return keys.filter(key => key.startsWith(`${group}.`) && values[key] !== undefined)
}

type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

function present<T extends object>(fields: T): Present<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Present<T>
}

function named(key: Key): string {
  const { env }: Setting<unknown> = kafkaSettings[key]
  return env === undefined ? key : `${key} (${env})`
}

function invalid(message: string): HeadraceError {
  return new HeadraceError('HR_CONFIG_INVALID', message)
}
