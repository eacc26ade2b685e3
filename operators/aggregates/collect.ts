import type { Field } from '../../engine/batch/schema.ts'
import { array } from '../../engine/batch/schema.ts'
import { HeadraceError } from '../../engine/errors.ts'
import { limits } from '../../engine/limits.ts'
import type { Aggregate, ObjectFold } from './aggregate.ts'
import { valuesOf } from './aggregate.ts'
import { loadValue, saveValue } from './saved-value.ts'

export interface CollectOptions {
  /** The most values that are kept: those with the smallest event times. */
  readonly limit: number
}

interface Collected {
  times: number[]
  values: unknown[]
}

class CollectFold implements ObjectFold<Collected, unknown[]> {
  readonly kind = 'object'
  private readonly limit: number

  constructor(limit: number) {
    this.limit = limit
  }

  init(): Collected {
    return { times: [], values: [] }
  }

  /** Rows come nearly in the order of time: the place is near the end. */
  add(state: Collected, value: unknown, time: number): Collected {
    const { times, values } = state
    let place = times.length
    while (place > 0 && times[place - 1] > time) place--
    if (place >= this.limit) return state
    if (place === times.length) {
      times.push(time)
      values.push(value)
      return state
    }
    times.splice(place, 0, time)
    values.splice(place, 0, value)
    if (times.length > this.limit) {
      times.pop()
      values.pop()
    }
    return state
  }

  merge(state: Collected, other: Collected): Collected {
    for (let i = 0; i < other.times.length; i++) this.add(state, other.values[i], other.times[i])
    return state
  }

  result({ values }: Collected): unknown[] {
    return values
  }

  save({ times, values }: Collected): unknown {
    return [times, values.map(saveValue)]
  }

  load(saved: [number[], unknown[]]): Collected {
    return { times: saved[0], values: saved[1].map(loadValue) }
  }
}

/** The values themselves in the order of event time, of one time in that of arrival, up to a limit; nulls are left out. */
export function collect<T, K extends keyof T & string>(
  of: K,
  options: CollectOptions,
): Aggregate<T, readonly NonNullable<T[K]>[]>
export function collect<T, V>(
  of: (row: T) => V | null,
  options: CollectOptions & { readonly field: Field<V> },
): Aggregate<T, readonly V[]>
export function collect<T>(
  of: (keyof T & string) | ((row: T) => unknown),
  options: CollectOptions & { readonly field?: Field },
): Aggregate<T, never> {
  const { limit } = options
  if (!Number.isInteger(limit) || limit < 1 || limit > limits.aggregateValues) {
    throw new HeadraceError(
      'HR_CONFIG_INVALID',
      `collect has limit ${limit}: a whole number from 1 to ${limits.aggregateValues}`,
    )
  }
  const fold = new CollectFold(limit)
  return {
    bind: schema => ({
      name: `collect ${limit}`,
      inputs: [{ kind: 'value', of }, { kind: 'time' }],
      fold: fold as never,
      field: array({ ...valuesOf(schema, of, options.field).field, nullable: false }) as Field<never>,
    }),
  }
}
