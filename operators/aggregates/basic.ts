import type { Field } from '../../engine/batch/schema.ts'
import { double, long } from '../../engine/batch/schema.ts'
import type { Aggregate, FlatFold, NumberAggregate, Of } from './aggregate.ts'
import { doubleLike, valuesOf } from './aggregate.ts'

const number = <T>(of: Of<T>) => ({ kind: 'number' as const, of })

const countFold: FlatFold = {
  kind: 'flat',
  init: [0],
  add: ([n]) => `${n} += 1`,
  merge: ([n], [m]) => `${n} += ${m}`,
  result: ([n]) => `${n}`,
}

/** How many rows; with `of`, how many of them are not null there. */
export function count<T>(of?: (keyof T & string) | ((row: T) => unknown)): Aggregate<T, number> {
  return {
    bind: schema => {
      const values = of === undefined ? null : valuesOf(schema, of)
      // What is never null need not be read to be counted.
      const counts = values !== null && (typeof of !== 'string' || values.field.nullable)
      return { name: 'count', inputs: counts ? [values.input] : [], fold: countFold, field: long() }
    },
  }
}

const sumFold: FlatFold = {
  kind: 'flat',
  init: [0],
  add: ([s], [v]) => `${s} += ${v}`,
  merge: ([s], [other]) => `${s} += ${other}`,
  result: ([s]) => `${s}`,
}

/** Sum in the order of arrival; `exactSum` does not depend on it. */
export function sum<T>(of: Of<T>): Aggregate<T, number> {
  return { bind: () => ({ name: 'sum', inputs: [number(of)], fold: sumFold, field: double() }) }
}

/** An infinity is the mark of a state that has seen no value: a value that is one gives the same. */
function extremeFold(init: number, before: '<' | '>', nullable: boolean): FlatFold {
  const take = (cell: string | undefined, value: string | undefined) =>
    `if (${value} ${before} ${cell}) ${cell} = ${value}`
  return {
    kind: 'flat',
    init: [init],
    add: ([m], [v]) => take(m, v),
    merge: ([m], [other]) => take(m, other),
    result: ([m]) => (nullable ? `${m} === ${init} ? NaN : ${m}` : `${m}`),
  }
}

function extreme(name: 'min' | 'max', init: number, before: '<' | '>'): NumberValueAggregate {
  return <T>(of: Of<T>, given?: Field): Aggregate<T, never> => ({
    bind: schema => {
      const { field } = valuesOf(schema, of, given)
      const fold = extremeFold(init, before, field.nullable)
      return { name, inputs: [number(of)], fold, field: field as Field<never> }
    },
  })
}

/** As ValueAggregate, of numbers only. */
interface NumberValueAggregate {
  <T, K extends keyof T & string>(of: K): Aggregate<T, T[K]>
  <T>(of: (row: T) => number): Aggregate<T, number>
  <T, V extends number | null>(of: (row: T) => V, field: Field<V>): Aggregate<T, V>
}

/** The smallest value; of a column it keeps the type. */
export const min: NumberValueAggregate = extreme('min', Number.POSITIVE_INFINITY, '<')

/** The largest value; of a column it keeps the type. */
export const max: NumberValueAggregate = extreme('max', Number.NEGATIVE_INFINITY, '>')

const meanFold: FlatFold = {
  kind: 'flat',
  init: [0, 0],
  add: ([n, s], [v]) => `${n} += 1; ${s} += ${v}`,
  merge: ([n, s], [m, other]) => `${n} += ${m}; ${s} += ${other}`,
  result: ([n, s]) => `${n} === 0 ? NaN : ${s} / ${n}`,
}

/** The mean; null where every value was null. */
export const mean: NumberAggregate = <T>(of: Of<T>, given?: Field): Aggregate<T, never> => ({
  bind: schema => {
    const field = doubleLike<never>(valuesOf(schema, of, given).field)
    return { name: 'mean', inputs: [number(of)], fold: meanFold, field }
  },
})
