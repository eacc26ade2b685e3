import type { Field } from '../../engine/batch/schema.ts'
import type { Aggregate, AggregateInput, FlatFold, ObjectFold, ValueAggregate } from './aggregate.ts'
import { valuesOf } from './aggregate.ts'
import { loadValue, saveValue } from './saved-value.ts'

interface End {
  readonly name: 'first' | 'last'
  /** The time of an empty state, which any row's comes before. */
  readonly none: number
  /** Whether `time` takes the place of `held`: of rows of one time the first, or the last, to arrive stays. */
  readonly before: '<' | '>='
}

function flatEnd({ none, before }: End): FlatFold {
  return {
    kind: 'flat',
    init: [none, Number.NaN],
    add: ([held, value], [v, time]) =>
      `if (${time} ${before} ${held}) { ${held} = ${time}; ${value} = ${v} }`,
    merge: ([held, value], [time, other]) =>
      `if (${time} ${before} ${held}) { ${held} = ${time}; ${value} = ${other} }`,
    result: ([, value]) => `${value}`,
  }
}

interface Held {
  time: number
  value: unknown
}

function objectEnd({ none, before }: End): ObjectFold<Held, unknown> {
  const earlier = before === '<'
  const take = (state: Held, value: unknown, time: number): Held => {
    if (earlier ? time < state.time : time >= state.time) {
      state.time = time
      state.value = value
    }
    return state
  }
  return {
    kind: 'object',
    init: () => ({ time: none, value: null }),
    add: take,
    merge: (state, other) => take(state, other.value, other.time),
    result: state => state.value,
    save: ({ time, value }) => [saveValue(time), saveValue(value)],
    load: (saved: [unknown, unknown]) => ({
      time: loadValue(saved[0]) as number,
      value: loadValue(saved[1]),
    }),
  }
}

function endAggregate(end: End): ValueAggregate {
  const flat = flatEnd(end)
  const object = objectEnd(end)
  return <T>(of: (keyof T & string) | ((row: T) => unknown), given?: Field): Aggregate<T, never> => ({
    bind: schema => {
      const { input, field, isNumber } = valuesOf(schema, of, given)
      const inputs: AggregateInput<T>[] = [input, { kind: 'time' }]
      return {
        name: end.name,
        inputs,
        fold: isNumber ? flat : (object as never),
        field: field as Field<never>,
      }
    },
  })
}

/** The value with the smallest event time; of several the one that arrived first. */
export const first: ValueAggregate = endAggregate({
  name: 'first',
  none: Number.POSITIVE_INFINITY,
  before: '<',
})

/** The value with the largest event time; of several the one that arrived last. */
export const last: ValueAggregate = endAggregate({
  name: 'last',
  none: Number.NEGATIVE_INFINITY,
  before: '>=',
})
