import type { Field } from '../../engine/batch/schema.ts'
import { array, long, makeSchema } from '../../engine/batch/schema.ts'
import { HeadraceError } from '../../engine/errors.ts'
import { limits } from '../../engine/limits.ts'
import type { Aggregate, ObjectFold } from './aggregate.ts'
import { valuesOf } from './aggregate.ts'
import { loadValue, saveValue } from './saved-value.ts'

export interface TopKOptions {
  /** How many candidates are kept: up to so many different values are counted exactly. By default 8 times k, at least 64. */
  readonly capacity?: number
}

/** One of the most frequent values. */
export interface TopValue<V> {
  readonly value: V
  /** How often it came: at least so often, and at most `error` times more. */
  readonly count: number
  readonly error: number
}

interface Candidates<V> {
  counts: Map<V, number>
  /** What has been taken from every count, and so the most that a value not kept can have had. */
  error: number
}

/** Misra and Gries' frequent values: when there are twice too many candidates, all counts shrink until half are gone. */
class TopFold<V> implements ObjectFold<Candidates<V>, TopValue<V>[]> {
  readonly kind = 'object'
  private readonly k: number
  private readonly capacity: number

  constructor(k: number, capacity: number) {
    this.k = k
    this.capacity = capacity
  }

  init(): Candidates<V> {
    return { counts: new Map(), error: 0 }
  }

  add(state: Candidates<V>, value: V): Candidates<V> {
    state.counts.set(value, (state.counts.get(value) ?? 0) + 1)
    if (state.counts.size > 2 * this.capacity) this.shrink(state)
    return state
  }

  merge(state: Candidates<V>, other: Candidates<V>): Candidates<V> {
    state.error += other.error
    for (const [value, count] of other.counts) state.counts.set(value, (state.counts.get(value) ?? 0) + count)
    if (state.counts.size > 2 * this.capacity) this.shrink(state)
    return state
  }

  result({ counts, error }: Candidates<V>): TopValue<V>[] {
    const best = [...counts].sort(([a, m], [b, n]) => n - m || compare(a, b)).slice(0, this.k)
    return best.map(([value, count]) => ({ value, count, error }))
  }

  save({ counts, error }: Candidates<V>): unknown {
    return [error, [...counts].map(([value, count]) => [saveValue(value), count])]
  }

  load(saved: [number, [unknown, number][]]): Candidates<V> {
    return {
      error: saved[0],
      counts: new Map(saved[1].map(([value, count]) => [loadValue(value) as V, count])),
    }
  }

  private shrink(state: Candidates<V>): void {
    const sorted = Float64Array.from(state.counts.values()).sort()
    const taken = sorted[sorted.length - 1 - this.capacity]
    state.error += taken
    for (const [value, count] of state.counts) {
      if (count > taken) state.counts.set(value, count - taken)
      else state.counts.delete(value)
    }
  }
}

function compare(a: unknown, b: unknown): number {
  return (a as string) < (b as string) ? -1 : (a as string) > (b as string) ? 1 : 0
}

const comparable = [
  'boolean',
  'int',
  'long',
  'bigint',
  'float',
  'double',
  'string',
  'timestamp',
  'decimal',
  'enum',
]

/** The `k` most frequent values, the most frequent first, equally frequent ones in their order. */
export function topK<T, K extends keyof T & string>(
  of: K,
  k: number,
  options?: TopKOptions,
): Aggregate<T, readonly TopValue<NonNullable<T[K]>>[]>
export function topK<T, V>(
  of: (row: T) => V | null,
  k: number,
  options: TopKOptions & { readonly field: Field<V> },
): Aggregate<T, readonly TopValue<V>[]>
export function topK<T>(
  of: (keyof T & string) | ((row: T) => unknown),
  k: number,
  options: TopKOptions & { readonly field?: Field } = {},
): Aggregate<T, never> {
  const capacity = options.capacity ?? Math.max(64, 8 * k)
  const fits =
    Number.isInteger(k) &&
    k >= 1 &&
    Number.isInteger(capacity) &&
    capacity >= k &&
    capacity <= limits.aggregateValues
  if (!fits) {
    const message = `topK has k ${k} and capacity ${capacity}: whole numbers, 1 <= k <= capacity <= ${limits.aggregateValues}`
    throw new HeadraceError('HR_CONFIG_INVALID', message)
  }
  const fold = new TopFold<unknown>(k, capacity)
  return {
    bind: schema => {
      const { field } = valuesOf(schema, of, options.field)
      if (!comparable.includes(field.kind)) {
        throw new HeadraceError(
          'HR_CONFIG_INVALID',
          `topK counts values that can be compared, not ${field.kind}`,
        )
      }
      return {
        name: `topK ${k} ${capacity}`,
        inputs: [{ kind: 'value', of }],
        fold: fold as never,
        field: array(topValue(field)) as Field<never>,
      }
    },
  }
}

function topValue(field: Field): Field {
  return makeSchema('TopValue', { value: { ...field, nullable: false }, count: long(), error: long() })
}
