import type { Fields } from '../../engine/batch/schema.ts'
import { HeadraceError } from '../../engine/errors.ts'
import type { Model } from '../../engine/models/model.ts'
import type { ScorerOptions } from '../../engine/models/scorer-options.ts'
import { defaultScorerOptions } from '../../engine/models/scorer-options.ts'
import type { Duration } from '../../engine/time/duration.ts'
import { durationMs } from '../../engine/time/duration.ts'

/** The column that an input comes from, or a function of the row; a null is a missing value. */
export type InputSource<T, V> =
  | ({ [K in keyof T]: NonNullable<T[K]> extends V ? K : never }[keyof T] & string)
  | ((row: T) => V | null)

export type InputSources<T, I> = { readonly [K in keyof I]?: InputSource<T, I[K]> }

export interface ScoreOptions<T, I, O, P extends string> {
  /** Where inputs come from that are no columns of the same name. */
  readonly inputs?: InputSources<T, I>
  /** What the names of the new columns begin with: two models may have outputs of one name. */
  readonly prefix?: P
  /** What is answered where the model cannot. Without it, the job fails after some attempts. */
  readonly fallback?: O
  /** What becomes of a row that lacks an input: 'fallback' where there is one, else 'reject'. */
  readonly onMissing?: 'fallback' | 'reject'
  /** How long a run may take, before it counts as failed: a second unless said otherwise. */
  readonly timeout?: Duration
  /** After so many failures in a row only the fallback answers for a while: five, for ten seconds. */
  readonly breaker?: { readonly failures?: number; readonly retryAfter?: Duration }
  /** Answers that are remembered for rows with the same inputs, in each task: so many, for so long. */
  readonly cache?: { readonly entries: number; readonly ttl: Duration }
  /** Whether a model in the shadow scores here too, and which difference is worth counting: more than 0.01. */
  readonly shadow?: boolean | { readonly tolerance: number }
}

// biome-ignore lint/suspicious/noExplicitAny: the operator has checked the types, from here on they do not matter
export type LooseOptions = ScoreOptions<any, any, Readonly<Record<string, unknown>>, string>

export function scorerOptions(
  id: string,
  { fallback, timeout, breaker, cache, shadow = true }: LooseOptions,
): ScorerOptions {
  const ms = (duration: Duration | undefined, what: string, otherwise: number) =>
    duration === undefined ? otherwise : durationMs(duration, `${what} of "${id}"`)
  const { timeoutMs, breaker: usual, shadow: usualShadow } = defaultScorerOptions
  return {
    timeoutMs: ms(timeout, 'timeout', timeoutMs),
    breaker: {
      failures: breaker?.failures ?? usual.failures,
      retryAfterMs: ms(breaker?.retryAfter, 'retryAfter of the breaker', usual.retryAfterMs),
    },
    fallback: fallback ?? null,
    cache:
      cache === undefined ? null : { entries: cache.entries, ttlMs: ms(cache.ttl, 'ttl of the cache', 0) },
    shadow: shadow === true ? usualShadow : shadow === false ? null : shadow,
  }
}

/** What becomes of rows that lack an input. */
export function missingPolicy(id: string, { onMissing, fallback }: LooseOptions): 'fallback' | 'reject' {
  if (onMissing === 'fallback' && fallback === undefined) {
    throw new HeadraceError('HR_CONFIG_INVALID', `onMissing of "${id}" is 'fallback', and there is none`)
  }
  return onMissing ?? (fallback === undefined ? 'reject' : 'fallback')
}

/** The columns that rows get, by their names. */
export function addedFields(
  id: string,
  { outputs }: Model,
  prefix: string,
  version: Fields[string],
  taken: readonly string[],
): Fields {
  const added = { ...outputs, modelVersion: version }
  const fields = Object.fromEntries(Object.entries(added).map(([name, field]) => [prefix + name, field]))
  const clash = Object.keys(fields).find(name => taken.includes(name))
  if (clash === undefined) return fields
  throw new HeadraceError('HR_CONFIG_INVALID', `there is a column "${clash}" already: give "${id}" a prefix`)
}
