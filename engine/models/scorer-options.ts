import { fitsOf } from '../batch/misfit.ts'
import { HeadraceError } from '../errors.ts'
import type { CacheBounds } from '../stores/lookup-cache.ts'
import type { BreakerOptions } from './breaker.ts'
import type { Model } from './model.ts'

/** Where rows are scored. */
export interface ScorerPlace {
  readonly job?: string
  readonly step: string
}

/** What is done around a model, so that rows are answered whatever becomes of it. */
export interface ScorerOptions {
  /** A run that takes longer counts as failed. */
  readonly timeoutMs: number
  /** Without a fallback, `failures` is how often a run is tried. */
  readonly breaker: BreakerOptions
  /** What is answered where the model cannot, by output; null: then scoring fails. */
  readonly fallback: Readonly<Record<string, unknown>> | null
  /** Answers that are remembered for inputs that come again; null for none. */
  readonly cache: CacheBounds | null
  /**
   * A model that is to score beside the serving one does so here, and rows are counted whose answers differ by more
   * than the tolerance; null: it does not.
   */
  readonly shadow: { readonly tolerance: number } | null
}

export const defaultScorerOptions: ScorerOptions = {
  timeoutMs: 1000,
  breaker: { failures: 5, retryAfterMs: 10_000 },
  fallback: null,
  cache: null,
  shadow: { tolerance: 0.01 },
}

/** A timer of more would ring at once. */
const LONGEST_MS = 2 ** 31 - 1

/** Throws where an option is none. */
export function checkScorerOptions(model: Model, options: ScorerOptions, place: ScorerPlace): void {
  const { timeoutMs, breaker, fallback, cache, shadow } = options
  const wrong = (what: string) =>
    new HeadraceError('HR_CONFIG_INVALID', `scoring with "${model.name}": ${what}`, place)
  const duration = (name: string, ms: number) => {
    if (!(ms > 0 && ms <= LONGEST_MS)) throw wrong(`${name} is ${ms} ms: allowed are 1 to ${LONGEST_MS}`)
  }
  const count = (name: string, value: number) => {
    if (!(Number.isInteger(value) && value > 0)) throw wrong(`${name} is ${value}: at least 1`)
  }
  duration('timeout', timeoutMs)
  count('failures of the breaker', breaker.failures)
  duration('retryAfter of the breaker', breaker.retryAfterMs)
  if (cache !== null) {
    count('entries of the cache', cache.entries)
    duration('ttl of the cache', cache.ttlMs)
  }
  if (shadow !== null && !(shadow.tolerance >= 0))
    throw wrong(`the shadow's tolerance is ${shadow.tolerance}`)
  if (fallback === null) return
  const outputs = Object.entries(model.outputs)
  for (const [name, field] of outputs) {
    const value = fallback[name]
    if (value === undefined) throw wrong(`the fallback has no "${name}"`)
    if (!fitsOf(field)(value)) throw wrong(`the fallback's "${name}" is no ${field.kind}: ${String(value)}`)
  }
  const unknown = Object.keys(fallback).find(name => !(name in model.outputs))
  const known = outputs.map(([name]) => name).join(', ')
  if (unknown !== undefined) throw wrong(`the fallback has "${unknown}": the outputs are ${known}`)
}
