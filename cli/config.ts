import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { InfluxOptions } from '../connectors/influx/config.ts'
import type { KafkaHomeOptions } from '../connectors/kafka/config.ts'
import type { RedisOptions } from '../connectors/redis/config.ts'
import type { RegistryOptions } from '../connectors/registry/config.ts'
import { HeadraceError } from '../engine/errors.ts'
import { setLimits } from '../engine/limits.ts'
import type { ServingOptions } from '../server/models/served-model.ts'
import type { Flags } from './flags.ts'
import { usageError } from './flags.ts'
import type { Io } from './io.ts'
import { loadDefault } from './load-module.ts'
import { influxSettings } from './settings/influx.ts'
import type { InfluxValues } from './settings/influx-options.ts'
import { influxOptionsOf } from './settings/influx-options.ts'
import { kafkaSettings } from './settings/kafka.ts'
import type { KafkaValues } from './settings/kafka-options.ts'
import { kafkaOptionsOf } from './settings/kafka-options.ts'
import type { MetricsOptions, MetricsValues } from './settings/metrics.ts'
import { metricsOptionsOf, metricsSettings } from './settings/metrics.ts'
import type { ModelServerValues } from './settings/model-server.ts'
import { modelServerOptionsOf, modelServerSettings } from './settings/model-server.ts'
import { redisSettings } from './settings/redis.ts'
import type { RedisValues } from './settings/redis-options.ts'
import { redisOptionsOf } from './settings/redis-options.ts'
import { registrySettings } from './settings/registry.ts'
import type { RegistryValues } from './settings/registry-options.ts'
import { registryOptionsOf } from './settings/registry-options.ts'
import type { ServeOptions, ServeValues } from './settings/serve.ts'
import { serveOptionsOf, serveSettings } from './settings/serve.ts'
import type { Setting, ValueOf } from './settings/setting.ts'
import type { OpenLimit } from './settings.ts'
import { limitSetting, openLimits, settings } from './settings.ts'

type Settings = typeof settings

/** The configuration in force, complete. */
export type Deployment = { readonly [K in keyof Settings]: ValueOf<Settings[K]> } & {
  /** The file that it came from, if there is one. */
  readonly file: string | undefined
  /** How Kafka is reached and used, if the topics and the state are there. */
  readonly kafka: KafkaHomeOptions | undefined
  /** Where topics with `registry` have their schemas. */
  readonly schemaRegistry: RegistryOptions | undefined
  /** Where feature views are, if not in the data directory. */
  readonly redis: RedisOptions | undefined
  /** Where series are, if not in the data directory. */
  readonly influx: InfluxOptions | undefined
  /** What a running job tells of itself, and how. */
  readonly metrics: MetricsOptions
  /** Where and for whom our servers listen. */
  readonly serve: ServeOptions
  /** How the model server scores. */
  readonly modelServer: ServingOptions
}

const defaultFile = 'headrace.config.ts'

/** Reads and checks it: flags before environment before file before defaults. Sets the limits that it changes. */
export async function loadDeployment(flags: Flags, io: Io): Promise<Deployment> {
  const { file, given } = await readConfigFile(flags, io)
  const place = { given, file, flags, io }
  const general = chooseAll(settings, place)
  const ofKafka = chooseAll(kafkaSettings, place) as KafkaValues
  const kafka = isLogAsked(flags) ? undefined : kafkaOptionsOf(ofKafka, Number(general.commitMs))
  const schemaRegistry = registryOptionsOf(chooseAll(registrySettings, place) as RegistryValues)
  const redis = redisOptionsOf(chooseAll(redisSettings, place) as RedisValues)
  const influx = influxOptionsOf(chooseAll(influxSettings, place) as InfluxValues)
  const metrics = metricsOptionsOf(chooseAll(metricsSettings, place) as MetricsValues)
  const serve = serveOptionsOf(chooseAll(serveSettings, place) as ServeValues)
  const modelServer = modelServerOptionsOf(chooseAll(modelServerSettings, place) as ModelServerValues)
  if (file !== undefined) setLimits(readLimits(given.limits, file))
  return { ...general, file, kafka, schemaRegistry, redis, influx, metrics, serve, modelServer } as Deployment
}

interface ConfigFile {
  /** Undefined where there is none. */
  readonly file: string | undefined
  /** Its values by the keys of the tables. */
  readonly given: Values
}

/** The file that is named, or the one that lies here. */
export async function readConfigFile(flags: Flags, io: Io): Promise<ConfigFile> {
  const named = flags.text('config')
  const file = named ?? (existsSync(resolve(io.cwd, defaultFile)) ? defaultFile : undefined)
  return { file, given: file === undefined ? {} : await readFile(file, io.cwd) }
}

/** Who names a data directory by hand means that, whatever brokers the deployment has. */
function isLogAsked(flags: Flags): boolean {
  if (flags.text('data') === undefined) return false
  if (flags.text('brokers') === undefined) return true
  throw usageError('--data is a directory of the embedded log, --brokers is Kafka: give one of them')
}

type Values = Readonly<Record<string, unknown>>

const keysOfTables = Object.keys({
  ...settings,
  ...kafkaSettings,
  ...registrySettings,
  ...redisSettings,
  ...influxSettings,
  ...metricsSettings,
  ...serveSettings,
  ...modelServerSettings,
})

async function readFile(file: string, cwd: string): Promise<Values> {
  const given = await loadDefault(file, cwd, 'HR_CONFIG_INVALID', 'the configuration')
  const outer = new Set([...keysOfTables.map(key => key.split('.')[0]), 'limits', 'parameters'])
  const values = knownKeys(given, [...outer], file)
  return Object.fromEntries(Object.entries(values).flatMap(([key, value]) => unfold(key, value, file)))
}

/** Fields of an object have a dot in their keys; what has fields, and can also be just on, is on with them. */
function unfold(key: string, value: unknown, file: string): [string, unknown][] {
  const fields = keysOfTables
    .filter(other => other.startsWith(`${key}.`))
    .map(other => other.slice(key.length + 1))
  const canBeOn = keysOfTables.includes(key)
  if (fields.length === 0 || value === undefined || (canBeOn && typeof value !== 'object'))
    return [[key, value]]
  const inner = Object.entries(knownKeys(value, fields, `${key} in ${file}`))
  const entries = inner.map(([name, one]): [string, unknown] => [`${key}.${name}`, one])
  return canBeOn ? [[key, true], ...entries] : entries
}

/** An object without other keys than the allowed ones. */
function knownKeys(value: unknown, allowed: readonly string[], where: string): Values {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new HeadraceError(
      'HR_CONFIG_INVALID',
      `${where} has to give an object with some of: ${allowed.join(', ')}`,
    )
  }
  const unknown = Object.keys(value).find(key => !allowed.includes(key))
  if (unknown === undefined) return value as Values
  throw new HeadraceError(
    'HR_CONFIG_INVALID',
    `${where} has no setting "${unknown}"; there are: ${allowed.join(', ')}`,
  )
}

interface Place {
  readonly given: Values
  readonly file: string | undefined
  readonly flags: Flags
  readonly io: Io
}

function chooseAll(table: Readonly<Record<string, Setting<unknown>>>, place: Place): Values {
  const found = Object.entries(table).map(([key, setting]) => [key, choose(key, setting, place)])
  return Object.fromEntries(found)
}

function choose(key: string, setting: Setting<unknown>, { given, file, flags, io }: Place): unknown {
  const byHand = givenByHand(setting, flags, io)
  if (setting.isEnvOnly && given[key] !== undefined) {
    const message = `${key} does not stand in a file: give it in the environment, as ${setting.env}`
    throw new HeadraceError('HR_CONFIG_INVALID', message)
  }
  if (byHand !== undefined) return setting.isPath ? resolve(io.cwd, String(byHand)) : byHand
  const fromFile =
    given[key] === undefined ? undefined : checked(setting, given[key], `${key} in the configuration`)
  const value = fromFile ?? setting.fallback
  if (!setting.isPath || value === undefined) return value
  const base = fromFile !== undefined && file !== undefined ? dirname(resolve(io.cwd, file)) : io.cwd
  return resolve(base, String(value))
}

function givenByHand(setting: Setting<unknown>, flags: Flags, io: Io): unknown {
  const fromFlag = setting.flag === undefined ? undefined : flags.text(setting.flag)
  if (fromFlag !== undefined) {
    const value = setting.read(fromFlag)
    if (value !== undefined) return value
    throw usageError(`--${setting.flag} is ${shown(fromFlag)}; allowed: ${setting.allowed}`)
  }
  const fromEnv = setting.env === undefined ? undefined : io.env[setting.env]
  return fromEnv === undefined
    ? undefined
    : checked(setting, fromEnv, `the environment variable ${setting.env}`)
}

function checked<T>(setting: Setting<T>, given: unknown, where: string): T {
  const value = setting.read(given)
  if (value !== undefined) return value
  const found = setting.secret ? 'not what it may be' : shown(given)
  const message = `${where} is ${found}; allowed: ${setting.allowed}`
  throw new HeadraceError('HR_CONFIG_INVALID', message)
}

/** A value for people, without the name and the password that an address may begin with. */
function shown(given: unknown): string {
  return String(JSON.stringify(given)).replaceAll(/[^\s"/,@]+@/g, '***@')
}

function readLimits(given: unknown, file: string): Partial<Record<OpenLimit, number>> {
  if (given === undefined) return {}
  const values = knownKeys(given, openLimits, `limits in ${file}`)
  return Object.fromEntries(
    openLimits
      .filter(name => values[name] !== undefined)
      .map(name => [name, checked(limitSetting(name), values[name], `limits.${name} in ${file}`)]),
  )
}
