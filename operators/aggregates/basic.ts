import type { Field } from '../../engine/batch/schema.ts'
import { double, long, nullable } from '../../engine/batch/schema.ts'
import type { Aggregate, FlatFold, Of } from './aggregate.ts'
import { fieldOf } from './aggregate.ts'

const number = <T>(of: Of<T>) => ({ kind: 'number' as const, of })

/** How many rows; with `of`, how many of them are not null there. */
export function count<T>(of?: Of<T>): Aggregate<T, number> {
  const fold: FlatFold = {
    kind: 'flat',
    init: [0],
    add: ([n]) => `${n} += 1`,
    merge: ([n], [m]) => `${n} += ${m}`,
    result: ([n]) => `${n}`,
  }
  return { name: 'count', inputs: of === undefined ? [] : [number(of)], fold, result: () => long() }
}

/** Sum in the order of arrival; `exactSum` does not depend on it. */
export function sum<T>(of: Of<T>): Aggregate<T, number> {
  const fold: FlatFold = {
    kind: 'flat',
    init: [0],
    add: ([s], [v]) => `${s} += ${v}`,
    merge: ([s], [other]) => `${s} += ${other}`,
    result: ([s]) => `${s}`,
  }
  return { name: 'sum', inputs: [number(of)], fold, result: () => double() }
}

function extreme<T>(name: 'min' | 'max', of: Of<T>): Aggregate<T, number> {
  const [init, before] = name === 'min' ? [Number.POSITIVE_INFINITY, '<'] : [Number.NEGATIVE_INFINITY, '>']
  const take = (cell: string | undefined, value: string | undefined) =>
    `if (${value} ${before} ${cell}) ${cell} = ${value}`
  const fold: FlatFold = {
    kind: 'flat',
    init: [init],
    add: ([m], [v]) => take(m, v),
    merge: ([m], [other]) => take(m, other),
    result: ([m]) => `${m}`,
  }
  return { name, inputs: [number(of)], fold, result: schema => numeric(fieldOf(schema, of, double())) }
}

/** The smallest value; of a column it keeps the type. */
export function min<T>(of: Of<T>): Aggregate<T, number> {
  return extreme('min', of)
}

/** The largest value; of a column it keeps the type. */
export function max<T>(of: Of<T>): Aggregate<T, number> {
  return extreme('max', of)
}

/** A field of the same kind that is never null: an empty group emits no row. */
function numeric(field: Field): Field<number> {
  return { kind: field.kind, nullable: false } as Field<number>
}

/** The mean; null where every value was null. */
export function mean<T>(of: Of<T>): Aggregate<T, number | null> {
  const fold: FlatFold = {
    kind: 'flat',
    init: [0, 0],
    add: ([n, s], [v]) => `${n} += 1; ${s} += ${v}`,
    merge: ([n, s], [m, other]) => `${n} += ${m}; ${s} += ${other}`,
    result: ([n, s]) => `${n} === 0 ? NaN : ${s} / ${n}`,
  }
  return { name: 'mean', inputs: [number(of)], fold, result: () => nullable(double()) }
}
