import type { Field } from '../../engine/batch/schema.ts'
import type { Aggregate, FlatFold, NumberAggregate, Of } from './aggregate.ts'
import { doubleLike, valuesOf } from './aggregate.ts'

/** Count, mean and sum of squared distances from it: Welford's update, Chan's merge. */
function momentsFold(result: (count: string, squares: string) => string): FlatFold {
  return {
    kind: 'flat',
    init: [0, 0, 0],
    add: ([n, mean, squares], [v]) =>
      `${n} += 1; const off = ${v} - ${mean}; ${mean} += off / ${n}; ${squares} += off * (${v} - ${mean})`,
    merge: ([n, mean, squares], [m, otherMean, otherSquares]) =>
      `if (${m} > 0) {
        const all = ${n} + ${m}, off = ${otherMean} - ${mean}
        ${squares} += ${otherSquares} + off * off * (${n} * ${m} / all); ${mean} += off * (${m} / all); ${n} = all
      }`,
    result: ([n, , squares]) => result(n as string, squares as string),
  }
}

function moments(name: string, fold: FlatFold): NumberAggregate {
  return <T>(of: Of<T>, given?: Field): Aggregate<T, never> => ({
    bind: schema => {
      const field = doubleLike<never>(valuesOf(schema, of, given).field)
      return { name, inputs: [{ kind: 'number', of }], fold, field }
    },
  })
}

const varianceOf = (count: string, squares: string) => `${squares} / ${count}`

/** The variance of the values, as of a whole population: of one value it is 0. */
export const variance: NumberAggregate = moments('variance', momentsFold(varianceOf))

/** The square root of the variance. */
export const stddev: NumberAggregate = moments(
  'stddev',
  momentsFold((n, s) => `Math.sqrt(${varianceOf(n, s)})`),
)
