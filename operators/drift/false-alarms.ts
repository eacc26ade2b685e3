import type { Measured } from './options.ts'
import type { NumberReference, Reference } from './reference.ts'

/** A stable stream stays without a false alarm for so many run lengths, but for this chance. */
const RUN_LENGTHS = 10
const CHANCE = 0.01

/** How likely one test of one field may raise a false alarm: at a stretch, or at a row. */
export interface ChanceShare {
  readonly perStretch: number
  readonly perRow: number
}

/** Divides the chance by the times that it is taken: fields and tests, stretches or rows (Bonferroni). */
export function shareOfChance(
  { rows, from, to }: Reference,
  every: Measured,
  runLength: Measured,
  tests: number,
): ChanceShare {
  const rowsPerMs = rows / Math.max(1, to - from)
  const rowsOf = ({ unit, size }: Measured) => (unit === 'rows' ? size : Math.max(1, size * rowsPerMs))
  const stretches =
    every.unit === runLength.unit ? runLength.size / every.size : rowsOf(runLength) / rowsOf(every)
  const share = (times: number) => CHANCE / (RUN_LENGTHS * Math.max(1, times) * tests)
  return { perStretch: share(stretches), perRow: share(rowsOf(runLength)) }
}

/** How values are made comparable before a test looks for changes of their mean. */
export interface Scale {
  readonly offset: number
  readonly factor: number
  readonly low: number
  readonly high: number
}

/** Values as they are. */
export const unscaled: Scale = {
  offset: 0,
  factor: 1,
  low: Number.NEGATIVE_INFINITY,
  high: Number.POSITIVE_INFINITY,
}

/** Deviations from the mean count up to this, so that one value alone never makes an alarm. */
const CUT_OFF = 3

/** From 0 to 1, as ADWIN's bound has it. */
export function unitScale(reference: NumberReference): Scale {
  const reach = CUT_OFF * likelyMost(reference)
  return { offset: reference.mean - reach, factor: factorOf(2 * reach), low: 0, high: 1 }
}

/** In deviations from the mean. */
export function deviationScale(reference: NumberReference): Scale {
  return inDeviations(reference.mean, likelyMost(reference))
}

function inDeviations(mean: number, deviation: number): Scale {
  return { offset: mean, factor: factorOf(deviation), low: -CUT_OFF, high: CUT_OFF }
}

/** What few values say of the deviation may be too little: three standard errors more than that. */
function likelyMost({ deviation, count }: NumberReference): number {
  return deviation * (1 + 3 / Math.sqrt(2 * Math.max(1, count)))
}

/** Of a column that was always the same, any change is a large one. */
function factorOf(width: number): number {
  return Math.min(1 / width, Number.MAX_VALUE)
}

export function scaleInto(
  values: Float64Array,
  { offset, factor, low, high }: Scale,
  out: Float64Array,
): void {
  for (let row = 0; row < values.length; row++) {
    const value = values[row]
    const scaled = (value - offset) * factor
    if (value - value !== 0) out[row] = Number.NaN
    else out[row] = scaled < low ? low : scaled > high ? high : scaled
  }
}

/** Half of the change in the mean, in deviations, that Page-Hinkley finds soonest. */
export const driftAllowance = 0.25

/**
 * The sum that independent values of the reference's distribution reach with that chance at a row. A sum that begins
 * at 0 comes to h with a probability below exp(-r h), where r is its adjustment coefficient (Lundberg's inequality).
 */
export function sumThreshold(reference: NumberReference, chance: number): number {
  const bounds = boundsOf(reference)
  const centre = bounds.reduce((sum, { low, high, share }) => sum + share * ((low + high) / 2), 0)
  const up = bounds.map(({ low, high, share }) => ({ low: low - centre, high: high - centre, share }))
  const down = up.map(({ low, high, share }) => ({ low: -high, high: -low, share }))
  return Math.log(2 / chance) / Math.min(adjustment(up), adjustment(down))
}

interface Share {
  readonly low: number
  readonly high: number
  readonly share: number
}

/** The bins, in deviations from the mean. */
function boundsOf(reference: NumberReference): Share[] {
  const { edges, counts, count, deviation, min, max } = reference
  if (deviation === 0) return [{ low: 0, high: 0, share: 1 }]
  const bounds = new Float64Array(counts.length + 1)
  bounds.set([Math.min(min, edges[0] ?? min), ...edges, Math.max(max, edges.at(-1) ?? max)])
  scaleInto(bounds.slice(), inDeviations(reference.mean, deviation), bounds)
  return counts.map((n, bin) => ({ low: bounds[bin], high: bounds[bin + 1], share: n / Math.max(1, count) }))
}

const MOST = 30

/** The r above 0 for which exp(r (x - allowance)) is 1 on average; the values of a bin are taken to be at its ends. */
function adjustment(bounds: readonly Share[]): number {
  const average = (r: number) => {
    let sum = 0
    for (const { low, high, share } of bounds) {
      sum += (share * (Math.exp(r * (low - driftAllowance)) + Math.exp(r * (high - driftAllowance)))) / 2
    }
    return sum
  }
  let low = 0
  let high = MOST
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2
    if (average(middle) < 1) low = middle
    else high = middle
  }
  return high
}
