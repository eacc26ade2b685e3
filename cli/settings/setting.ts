import type { Duration } from '../../engine/time/duration.ts'
import { durationMs } from '../../engine/time/duration.ts'

/** One value of a deployment's configuration: where it may come from, and what it may be. */
export interface Setting<T> {
  readonly about: string
  readonly env?: string
  readonly flag?: string
  /** It stands in no message, whatever is wrong with it. */
  readonly secret?: boolean
  /** It comes from the environment alone: files with it would be handed on, and kept. */
  readonly isEnvOnly?: boolean
  /** A path: named in the configuration it is meant from there, given by hand from where one stands. */
  readonly isPath?: boolean
  /** What is allowed, for messages. */
  readonly allowed: string
  readonly fallback: T
  /** The value, from the file as it is or from text; undefined if it is not allowed. */
  read(value: unknown): T | undefined
}

export type ValueOf<S> = S extends Setting<infer T> ? T : never

type Source = Pick<Setting<unknown>, 'about' | 'env' | 'flag' | 'secret' | 'isEnvOnly' | 'isPath'>

export function whole<F>(least: number, most: number, fallback: F, source: Source): Setting<number | F> {
  return {
    ...source,
    fallback,
    allowed: `a whole number from ${least} to ${most}`,
    read: value => {
      const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value
      return Number.isInteger(number) && Number(number) >= least && Number(number) <= most
        ? Number(number)
        : undefined
    },
  }
}

export function word<const W extends string, F extends W | undefined>(
  words: readonly W[],
  fallback: F,
  source: Source,
): Setting<W | F> {
  return {
    ...source,
    fallback,
    allowed: words.map(one => `'${one}'`).join(', '),
    read: value => words.find(one => one === value),
  }
}

export function text<F>(fallback: F, source: Source): Setting<string | F> {
  return {
    ...source,
    fallback,
    allowed: 'a text that is not empty',
    read: value => (typeof value === 'string' && value !== '' ? value : undefined),
  }
}

export function toggle(source: Source): Setting<boolean | undefined> {
  return {
    ...source,
    fallback: undefined,
    allowed: 'true, false',
    read: value =>
      value === true || value === 'true' ? true : value === false || value === 'false' ? false : undefined,
  }
}

export function duration(source: Source): Setting<number | undefined>
/** `fallback` is in milliseconds. */
export function duration(source: Source, fallback: number): Setting<number>
export function duration(source: Source, fallback?: number): Setting<number | undefined> {
  return {
    ...source,
    fallback,
    allowed: "a duration as '7d', '12h', '30s'",
    read: value => {
      try {
        const ms = durationMs(value as Duration, 'retention')
        return Number.isInteger(ms) ? ms : undefined
      } catch {
        return undefined
      }
    },
  }
}
