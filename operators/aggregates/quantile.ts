import type { Field } from '../../engine/batch/schema.ts'
import { array, double } from '../../engine/batch/schema.ts'
import { HeadraceError } from '../../engine/errors.ts'
import { limits } from '../../engine/limits.ts'
import type { Aggregate, ObjectFold, Of } from './aggregate.ts'
import { valuesOf } from './aggregate.ts'

export interface QuantileOptions {
  /** How far a result may be from the true value, relative to it: 0.01 unless said otherwise. */
  readonly relativeError?: number
}

/** Counts by bin of the logarithm. */
class Bins {
  readonly counts: Map<number, number>
  private highest = Number.NEGATIVE_INFINITY
  private least = Number.POSITIVE_INFINITY

  constructor(counts: Iterable<readonly [number, number]> = []) {
    this.counts = new Map(counts)
    for (const bin of this.counts.keys()) {
      if (bin > this.highest) this.highest = bin
      if (bin < this.least) this.least = bin
    }
  }

  /** Adds to a bin. What is too far below the highest goes into one, so that the order of values changes nothing. */
  raise(bin: number, count: number): void {
    const { counts } = this
    const held = counts.get(bin)
    if (held !== undefined) {
      counts.set(bin, held + count)
      return
    }
    if (bin > this.highest) {
      this.highest = bin
      if (this.least < this.lowest) this.lift()
    }
    const into = Math.max(bin, this.lowest)
    if (into < this.least) this.least = into
    counts.set(into, (counts.get(into) ?? 0) + count)
  }

  merge(other: Bins): void {
    for (const [bin, count] of other.counts) this.raise(bin, count)
  }

  private get lowest(): number {
    return this.highest - limits.quantileBins + 1
  }

  private lift(): void {
    const { counts, lowest } = this
    let below = 0
    for (const [bin, held] of counts) {
      if (bin >= lowest) continue
      below += held
      counts.delete(bin)
    }
    this.least = lowest
    counts.set(lowest, (counts.get(lowest) ?? 0) + below)
  }
}

interface Sketch {
  count: number
  zeros: number
  min: number
  max: number
  positive: Bins
  negative: Bins
}

/** Nearer to 0 than this is 0. */
const SMALLEST = 2 ** -1022

/** DDSketch: each bin holds the values within the relative error of its middle. */
class QuantileFold<R> implements ObjectFold<Sketch, R> {
  readonly kind = 'object'
  private readonly gamma: number
  private readonly logGamma: number
  private readonly pick: (valueAt: (q: number) => number) => R

  constructor(relativeError: number, pick: (valueAt: (q: number) => number) => R) {
    this.gamma = (1 + relativeError) / (1 - relativeError)
    this.logGamma = Math.log(this.gamma)
    this.pick = pick
  }

  init(): Sketch {
    const bins = { positive: new Bins(), negative: new Bins() }
    return { count: 0, zeros: 0, min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY, ...bins }
  }

  add(sketch: Sketch, value: number): Sketch {
    if (Number.isNaN(value)) return sketch
    sketch.count++
    if (value < sketch.min) sketch.min = value
    if (value > sketch.max) sketch.max = value
    if (value >= SMALLEST) this.addTo(sketch.positive, value)
    else if (value <= -SMALLEST) this.addTo(sketch.negative, -value)
    else sketch.zeros++
    return sketch
  }

  merge(sketch: Sketch, other: Sketch): Sketch {
    sketch.count += other.count
    sketch.zeros += other.zeros
    sketch.min = Math.min(sketch.min, other.min)
    sketch.max = Math.max(sketch.max, other.max)
    sketch.positive.merge(other.positive)
    sketch.negative.merge(other.negative)
    return sketch
  }

  result(sketch: Sketch): R | null {
    return sketch.count === 0 ? null : this.pick(q => this.valueAt(sketch, q))
  }

  save({ count, zeros, min, max, positive, negative }: Sketch): unknown {
    return {
      count,
      zeros,
      min: String(min),
      max: String(max),
      positive: [...positive.counts],
      negative: [...negative.counts],
    }
  }

  load(
    saved: Omit<Sketch, 'positive' | 'negative'> & {
      positive: [number, number][]
      negative: [number, number][]
    },
  ): Sketch {
    const { count, zeros, min, max, positive, negative } = saved
    return {
      count,
      zeros,
      min: Number(min),
      max: Number(max),
      positive: new Bins(positive),
      negative: new Bins(negative),
    }
  }

  private addTo(bins: Bins, magnitude: number): void {
    bins.raise(Math.ceil(Math.log(Math.min(magnitude, Number.MAX_VALUE)) / this.logGamma), 1)
  }

  /** The value of rank `q * (count - 1)`, the ranks from 0. */
  private valueAt(sketch: Sketch, q: number): number {
    const rank = Math.floor(q * (sketch.count - 1))
    if (rank === 0) return sketch.min
    if (rank === sketch.count - 1) return sketch.max
    return Math.min(sketch.max, Math.max(sketch.min, this.atRank(sketch, rank)))
  }

  private atRank({ negative, positive, zeros, max }: Sketch, rank: number): number {
    let passed = 0
    for (const [bin, count] of [...negative.counts].sort(([a], [b]) => b - a)) {
      passed += count
      if (rank < passed) return -this.middle(bin)
    }
    passed += zeros
    if (rank < passed) return 0
    for (const [bin, count] of [...positive.counts].sort(([a], [b]) => a - b)) {
      passed += count
      if (rank < passed) return this.middle(bin)
    }
    return max
  }

  private middle(bin: number): number {
    return (2 * this.gamma ** bin) / (this.gamma + 1)
  }
}

/** The value that the share `q` of the values lies below, or several such values at once, within a relative error. */
export function quantile<T, K extends keyof T & string>(
  of: K,
  q: number,
  options?: QuantileOptions,
): Aggregate<T, number | Extract<T[K], null>>
export function quantile<T, K extends keyof T & string>(
  of: K,
  q: readonly number[],
  options?: QuantileOptions,
): Aggregate<T, readonly number[] | Extract<T[K], null>>
export function quantile<T>(
  of: (row: T) => number,
  q: number,
  options?: QuantileOptions,
): Aggregate<T, number>
export function quantile<T>(
  of: (row: T) => number,
  q: readonly number[],
  options?: QuantileOptions,
): Aggregate<T, readonly number[]>
export function quantile<T>(
  of: Of<T>,
  q: number | readonly number[],
  options: QuantileOptions = {},
): Aggregate<T, never> {
  const { relativeError = 0.01 } = options
  const all = typeof q === 'number' ? [q] : q
  check('relativeError', relativeError, relativeError >= 0.001 && relativeError <= 0.5, 'from 0.001 to 0.5')
  for (const one of all) check('q', one, one >= 0 && one <= 1, 'from 0 to 1')
  const fold = new QuantileFold<unknown>(relativeError, valueAt =>
    typeof q === 'number' ? valueAt(q) : q.map(valueAt),
  )
  const kind: Field = typeof q === 'number' ? double() : array(double())
  return {
    bind: schema => ({
      name: `quantile ${relativeError}`,
      inputs: [{ kind: 'number', of }],
      fold: fold as never,
      field: { ...kind, nullable: valuesOf(schema, of).field.nullable } as Field<never>,
    }),
  }
}

function check(name: string, value: number, fits: boolean, allowed: string): void {
  if (!fits)
    throw new HeadraceError('HR_CONFIG_INVALID', `quantile has ${name} ${value}: a number ${allowed}`)
}
