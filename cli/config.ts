import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { HeadraceError } from '../engine/errors.ts'
import { setLimits } from '../engine/limits.ts'
import type { Flags } from './flags.ts'
import { usageError } from './flags.ts'
import type { Io } from './io.ts'
import { loadDefault } from './load-module.ts'
import type { OpenLimit, Setting } from './settings.ts'
import { limitSetting, openLimits, settings } from './settings.ts'

type Settings = typeof settings
type ValueOf<S> = S extends Setting<infer T> ? T : never

/** What `headrace.config.ts` may export: every key may be left out. */
export interface Config {
  readonly dataDir?: string
  readonly commitMs?: number
  readonly fsync?: ValueOf<Settings['fsync']>
  readonly partitions?: number
  readonly workers?: number
  readonly retention?: string | number
  readonly retentionBytes?: number
  readonly segmentBytes?: number
  readonly limits?: Partial<Readonly<Record<OpenLimit, number>>>
}

/** The configuration in force, complete. */
export type Deployment = { readonly [K in keyof Settings]: ValueOf<Settings[K]> } & {
  /** The file that it came from, if there is one. */
  readonly file: string | undefined
}

const defaultFile = 'headrace.config.ts'

/** Reads and checks it: flags before environment before file before defaults. Sets the limits that it changes. */
export async function loadDeployment(flags: Flags, io: Io): Promise<Deployment> {
  const named = flags.text('config')
  const file = named ?? (existsSync(resolve(io.cwd, defaultFile)) ? defaultFile : undefined)
  const given = file === undefined ? {} : await readFile(file, io.cwd)
  const found = Object.entries(settings).map(([key, setting]) => {
    const value = choose(key, setting, given, flags, io) ?? setting.fallback
    return [key, key === 'dataDir' ? placeOf(String(value), given, file, flags, io) : value]
  })
  if (file !== undefined) setLimits(readLimits(given.limits, file))
  return { ...Object.fromEntries(found), file } as Deployment
}

async function readFile(file: string, cwd: string): Promise<Readonly<Record<string, unknown>>> {
  const given = await loadDefault(file, cwd, 'HR_CONFIG_INVALID', 'the configuration')
  return knownKeys(given, [...Object.keys(settings), 'limits'], file)
}

/** An object without other keys than the allowed ones. */
function knownKeys(
  value: unknown,
  allowed: readonly string[],
  where: string,
): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new HeadraceError(
      'HR_CONFIG_INVALID',
      `${where} has to give an object with some of: ${allowed.join(', ')}`,
    )
  }
  const unknown = Object.keys(value).find(key => !allowed.includes(key))
  if (unknown === undefined) return value as Readonly<Record<string, unknown>>
  throw new HeadraceError(
    'HR_CONFIG_INVALID',
    `${where} has no setting "${unknown}"; there are: ${allowed.join(', ')}`,
  )
}

function choose(
  key: string,
  setting: Setting<unknown>,
  given: Readonly<Record<string, unknown>>,
  flags: Flags,
  io: Io,
): unknown {
  const fromFlag = setting.flag === undefined ? undefined : flags.text(setting.flag)
  if (fromFlag !== undefined) {
    const value = setting.read(fromFlag)
    if (value === undefined)
      throw usageError(`--${setting.flag} is "${fromFlag}"; allowed: ${setting.allowed}`)
    return value
  }
  const fromEnv = setting.env === undefined ? undefined : io.env[setting.env]
  if (fromEnv !== undefined) return checked(setting, fromEnv, `the environment variable ${setting.env}`)
  return given[key] === undefined ? undefined : checked(setting, given[key], `${key} in the configuration`)
}

function checked<T>(setting: Setting<T>, given: unknown, where: string): T {
  const value = setting.read(given)
  if (value !== undefined) return value
  const message = `${where} is ${JSON.stringify(given)}; allowed: ${setting.allowed}`
  throw new HeadraceError('HR_CONFIG_INVALID', message)
}

/** A directory named in a file is meant from there, one given by hand from where one stands. */
function placeOf(
  directory: string,
  given: Readonly<Record<string, unknown>>,
  file: string | undefined,
  flags: Flags,
  io: Io,
): string {
  const byHand = flags.text('data') !== undefined || io.env[settings.dataDir.env ?? ''] !== undefined
  const fromFile = !byHand && given.dataDir !== undefined && file !== undefined
  return resolve(fromFile ? dirname(resolve(io.cwd, file)) : io.cwd, directory)
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
