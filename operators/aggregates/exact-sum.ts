import { double } from '../../engine/batch/schema.ts'
import type { Aggregate, ObjectFold, Of } from './aggregate.ts'
import { loadValue, saveValue } from './saved-value.ts'

/** Numbers that do not overlap, the smallest first: their exact sum is the sum of all that came (Shewchuk). */
interface Exact {
  partials: number[]
  /** Sum of what is not finite. */
  other: number
}

function add(state: Exact, value: number): Exact {
  if (!Number.isFinite(value)) {
    state.other += value
    return state
  }
  const { partials } = state
  let x = value
  let kept = 0
  for (let i = 0; i < partials.length; i++) {
    let y = partials[i]
    if (Math.abs(x) < Math.abs(y)) [x, y] = [y, x]
    const high = x + y
    const low = y - (high - x)
    if (low !== 0) partials[kept++] = low
    x = high
  }
  if (!Number.isFinite(x)) {
    state.other += x
    partials.length = 0
    return state
  }
  partials.length = kept
  partials.push(x)
  return state
}

/** The exact sum, rounded once: half to even. */
function rounded({ partials, other }: Exact): number {
  if (other !== 0) return other
  let i = partials.length - 1
  if (i < 0) return 0
  let high = partials[i]
  let low = 0
  while (i > 0 && low === 0) {
    const x = high
    const y = partials[--i]
    high = x + y
    low = y - (high - x)
  }
  // The rest decides when `low` is exactly half of the last digit.
  if (i > 0 && low !== 0 && low < 0 === partials[i - 1] < 0) {
    const twice = low * 2
    const next = high + twice
    if (twice === next - high) high = next
  }
  return high
}

const exactFold: ObjectFold<Exact, number> = {
  kind: 'object',
  init: () => ({ partials: [], other: 0 }),
  add,
  merge: (state, other) => {
    for (const partial of other.partials) add(state, partial)
    state.other += other.other
    return state
  },
  result: rounded,
  save: ({ partials, other }) => [partials, saveValue(other)],
  load: (saved: [number[], unknown]) => ({ partials: saved[0], other: loadValue(saved[1]) as number }),
}

/**
 * The exact sum, rounded once: it does not depend on the order of the rows, unless a sum on the way passes
 * the largest double, which makes it infinite.
 */
export function exactSum<T>(of: Of<T>): Aggregate<T, number> {
  return {
    bind: () => ({ name: 'exactSum', inputs: [{ kind: 'number', of }], fold: exactFold, field: double() }),
  }
}
