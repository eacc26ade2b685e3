import { HeadraceError } from '../../engine/errors.ts'
import { limits } from '../../engine/limits.ts'
import type { Duration } from '../../engine/time/duration.ts'
import { wholeMs } from '../window/emit.ts'
import type { PageHinkleyOptions } from './page-hinkley.ts'
import type { Reference } from './reference.ts'
import { checkReference } from './reference.ts'

/** In event time, or in rows. */
export type Span = Duration | { readonly rows: number }

export const driftTests = ['psi', 'ks', 'adwin', 'pageHinkley'] as const
export type DriftTest = (typeof driftTests)[number]

/** A test of two distributions. */
export interface DistributionTest {
  /** No alarm below this, however unlikely the statistic is by chance: many rows make small drifts certain. */
  readonly atLeast: number
}

/** What is tested. A test with parameters of its own for values as they are goes by those, else by the run length. */
export interface DriftTests {
  /** Population stability index: whether values fall into other bins, or categories, than they did. */
  readonly psi?: boolean | DistributionTest
  /** Kolmogorov-Smirnov: the largest distance between the distribution and that of the reference. */
  readonly ks?: boolean | DistributionTest
  /** A window that is cut where the mean changes. */
  readonly adwin?: boolean | { readonly delta: number }
  /** A sum of how much values are off their mean. */
  readonly pageHinkley?: boolean | PageHinkleyOptions
}

type Watchable = number | string | boolean | null
type FieldsOf<T> = { [K in keyof T]: T[K] extends Watchable ? K : never }[keyof T] & string

export interface DriftOptions<T> {
  /** What is compared to: as `headrace reference capture` wrote it, or the first rows of the stream. */
  readonly reference: Reference | { readonly first: number }
  /** The columns that are watched. */
  readonly fields: readonly FieldsOf<T>[]
  /** All four unless said otherwise: those that a column's kind allows. */
  readonly tests?: DriftTests
  /** The stretches of the stream that are compared, one behind the other. */
  readonly every: Span
  /** How long a stable stream goes on without a false alarm: thirty days unless said otherwise. */
  readonly runLength?: Span
}

/** A span with what it is counted in. */
export interface Measured {
  readonly unit: 'ms' | 'rows'
  readonly size: number
}

/** Options that were checked. */
export interface DriftSettings {
  readonly reference: Reference | null
  /** Rows of the stream that become the reference; 0 where there is one. */
  readonly first: number
  readonly fields: readonly string[]
  readonly tests: DriftTests
  readonly every: Measured
  readonly runLength: Measured
}

export function driftSettings(step: string, options: DriftOptions<never>): DriftSettings {
  const { fields, tests = { psi: true, ks: true, adwin: true, pageHinkley: true } } = options
  const wrong = (message: string) => new HeadraceError('HR_CONFIG_INVALID', message, { step })
  if (fields.length === 0 || new Set(fields).size < fields.length) {
    throw wrong(`fields of "${step}": one or more columns, each once`)
  }
  const unknown = Object.keys(tests).find(test => !driftTests.includes(test as DriftTest))
  if (unknown !== undefined || !Object.values(tests).some(Boolean)) {
    throw wrong(`tests of "${step}": one or more of ${driftTests.join(', ')}`)
  }
  const fault = parameterFault(tests)
  if (fault !== null) throw wrong(`tests of "${step}": ${fault}`)
  const reference = 'first' in options.reference ? null : checkReference(options.reference, { step })
  const first = 'first' in options.reference ? options.reference.first : 0
  if (reference === null && !(Number.isInteger(first) && first >= 1 && first <= limits.referenceRows)) {
    throw wrong(
      `reference.first of "${step}" is ${first}: from 1 to limits.referenceRows, ${limits.referenceRows}`,
    )
  }
  const every = measured(options.every, `every of "${step}"`)
  const runLength = measured(options.runLength ?? '30d', `runLength of "${step}"`)
  return { reference, first, fields, tests, every, runLength }
}

function parameterFault({ psi, ks, adwin, pageHinkley }: DriftTests): string | null {
  for (const test of [psi, ks]) {
    if (typeof test === 'object' && !(test.atLeast >= 0)) return 'atLeast has to be 0 or more'
  }
  if (typeof adwin === 'object' && !(adwin.delta > 0 && adwin.delta < 1))
    return 'delta of adwin is between 0 and 1'
  if (typeof pageHinkley !== 'object') return null
  const { minInstances, delta, threshold } = pageHinkley
  const fits = Number.isInteger(minInstances) && minInstances >= 1 && delta >= 0 && threshold > 0
  return fits ? null : 'pageHinkley has minInstances of 1 or more, delta of 0 or more, threshold above 0'
}

function measured(span: Span, what: string): Measured {
  if (typeof span !== 'object') return { unit: 'ms', size: wholeMs(span, what) }
  if (Number.isInteger(span.rows) && span.rows >= 1) return { unit: 'rows', size: span.rows }
  throw new HeadraceError('HR_CONFIG_INVALID', `${what} is ${span.rows} rows: a whole number, 1 or more`)
}
