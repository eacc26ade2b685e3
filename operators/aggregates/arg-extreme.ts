import type { Field } from '../../engine/batch/schema.ts'
import type { Aggregate, FlatFold, ObjectFold, Of } from './aggregate.ts'
import { valuesOf } from './aggregate.ts'
import { loadValue, saveValue } from './saved-value.ts'

type Before = '<' | '>'

/** The first row is taken whatever it has; one that has NaN gives way to any other. */
function flatArg(before: Before): FlatFold {
  const beats = (by: string | undefined, best: string | undefined) =>
    `${by} ${before} ${best} || (${best} !== ${best} && ${by} === ${by})`
  return {
    kind: 'flat',
    init: [0, 0, Number.NaN],
    add: ([n, best, value], [v, by]) =>
      `if (${n} === 0 || ${beats(by, best)}) { ${best} = ${by}; ${value} = ${v} } ${n} = 1`,
    merge: ([n, best, value], [m, by, other]) =>
      `if (${m} > 0) { if (${n} === 0 || ${beats(by, best)}) { ${best} = ${by}; ${value} = ${other} } ${n} = 1 }`,
    result: ([, , value]) => `${value}`,
  }
}

interface Best {
  seen: boolean
  by: number
  value: unknown
}

function objectArg(before: Before): ObjectFold<Best, unknown> {
  const beats = (by: number, best: number) =>
    (before === '<' ? by < best : by > best) || (Number.isNaN(best) && !Number.isNaN(by))
  const take = (state: Best, value: unknown, by: number): Best => {
    if (state.seen && !beats(by, state.by)) return state
    state.seen = true
    state.by = by
    state.value = value
    return state
  }
  return {
    kind: 'object',
    init: () => ({ seen: false, by: 0, value: null }),
    add: take,
    merge: (state, other) => (other.seen ? take(state, other.value, other.by) : state),
    result: state => state.value,
    save: ({ seen, by, value }) => [seen, saveValue(by), saveValue(value)],
    load: (saved: [boolean, unknown, unknown]) => ({
      seen: saved[0],
      by: loadValue(saved[1]) as number,
      value: loadValue(saved[2]),
    }),
  }
}

/** Makes an aggregate that gives one column's value where another is extreme. Null where no row had both. */
export interface ArgAggregate {
  <T, K extends keyof T & string, B extends keyof T & string>(
    of: K,
    by: B,
  ): Aggregate<T, T[K] | Extract<T[B], null>>
  <T, K extends keyof T & string>(of: K, by: (row: T) => number): Aggregate<T, T[K]>
  <T, V>(of: (row: T) => V, by: Of<T>, field: Field<V>): Aggregate<T, V>
}

function argAggregate(name: string, before: Before): ArgAggregate {
  const flat = flatArg(before)
  const object = objectArg(before)
  return <T>(
    of: (keyof T & string) | ((row: T) => unknown),
    by: Of<T>,
    given?: Field,
  ): Aggregate<T, never> => ({
    bind: schema => {
      const { input, field, isNumber } = valuesOf(schema, of, given)
      const nullable = field.nullable || valuesOf(schema, by).field.nullable
      return {
        name,
        inputs: [input, { kind: 'number', of: by }],
        fold: isNumber ? flat : (object as never),
        field: { ...field, nullable } as Field<never>,
      }
    },
  })
}

/** The value of `of` in the row where `by` is smallest; of several the one that arrived first. */
export const argMin: ArgAggregate = argAggregate('argMin', '<')

/** The value of `of` in the row where `by` is largest; of several the one that arrived first. */
export const argMax: ArgAggregate = argAggregate('argMax', '>')
