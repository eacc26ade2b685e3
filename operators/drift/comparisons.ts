import { chiSquareTail, kolmogorovTail, kolmogorovThreshold } from './null-distributions.ts'
import type { FieldReference } from './reference.ts'

/** Two distributions compared. */
export interface Comparison {
  readonly statistic: number
  /** What it exceeds by chance only as often as it may. */
  readonly threshold: number
  readonly pValue: number
}

/** A group of bins: how many values of the reference, and of the stretch, are in it. */
interface Group {
  expected: number
  found: number
}

/** Groups of bins have about a tenth of the values each, and more where there are too few of them to say much. */
const GROUPS = 10
const FEWEST = 40

/** Kolmogorov-Smirnov at the edges of the bins; null where there are no values. */
export function compareByKs(
  { count, counts }: FieldReference,
  found: Int32Array,
  rows: number,
  chance: number,
): Comparison | null {
  if (rows === 0 || count === 0) return null
  let [before, now, statistic] = [0, 0, 0]
  for (let bin = 0; bin < found.length - 1; bin++) {
    before += counts[bin]
    now += found[bin]
    statistic = Math.max(statistic, Math.abs(now / rows - before / count))
  }
  const effective = (rows * count) / (rows + count)
  const threshold = kolmogorovThreshold(chance, effective)
  return { statistic, threshold, pValue: kolmogorovTail(statistic, effective) }
}

/**
 * The population stability index; null where there are too few values for two groups. `critical` gives what
 * chi-square exceeds with that chance.
 */
export function compareByPsi(
  reference: FieldReference,
  found: Int32Array,
  rows: number,
  chance: number,
  critical: (degrees: number) => number,
): Comparison | null {
  const { count } = reference
  const effective = (rows * count) / (rows + count)
  const groups = groupsOf(reference, found, FEWEST / effective)
  if (groups.length < 2) return null
  const statistic = groups.reduce((sum, group) => {
    const before = (group.expected + 0.5) / (count + groups.length / 2)
    const now = (group.found + 0.5) / (rows + groups.length / 2)
    return sum + (now - before) * Math.log(now / before)
  }, 0)
  const degrees = groups.length - 1
  const emptied = groups.map(({ expected }) => largestLoss((expected / count) * effective, -Math.log(chance)))
  const threshold = Math.max(critical(degrees), ...emptied) / effective
  return { statistic, threshold, pValue: chiSquareTail(statistic * effective, degrees) }
}

function groupsOf({ kind, count, counts }: FieldReference, found: Int32Array, fewest: number): Group[] {
  // The share of a group that has too few values for any stretch is above all of them.
  if (!(fewest <= 0.5)) return []
  return kind === 'number'
    ? neighbours(counts, found, fewest * count, count / GROUPS)
    : frequent(counts, found, fewest * count)
}

/** Bins side by side, up to the next multiple of `size`; what is left over at the end goes to the last group. */
function neighbours(counts: readonly number[], found: Int32Array, enough: number, size: number): Group[] {
  const groups: Group[] = []
  let open: Group = { expected: 0, found: 0 }
  let passed = 0
  let target = size
  for (let bin = 0; bin < counts.length; bin++) {
    open.expected += counts[bin]
    open.found += found[bin]
    passed += counts[bin]
    if (open.expected < enough || passed < target) continue
    groups.push(open)
    open = { expected: 0, found: 0 }
    target = (Math.floor(passed / size) + 1) * size
  }
  const last = groups.at(-1)
  if (last !== undefined) {
    last.expected += open.expected
    last.found += open.found
  }
  return groups
}

/** Categories that are frequent enough each for itself, and all others together. */
function frequent(counts: readonly number[], found: Int32Array, enough: number): Group[] {
  const groups: Group[] = []
  const others: Group = { expected: 0, found: 0 }
  for (let bin = 0; bin < counts.length; bin++) {
    if (counts[bin] >= enough) groups.push({ expected: counts[bin], found: found[bin] })
    else {
      others.expected += counts[bin]
      others.found += found[bin]
    }
  }
  return others.expected + others.found > 0 ? [...groups, others] : groups
}

/**
 * By how much one group alone raises the index when it loses values, with a chance of exp(-nats). The logarithm makes
 * that more than chi-square says where few values are expected.
 */
function largestLoss(expected: number, nats: number): number {
  if (expected <= nats) return expected * Math.max(0, Math.log(2 * expected)) + 2 * (nats - expected)
  let low = 0
  let high = 1
  for (let step = 0; step < 50; step++) {
    const lost = (low + high) / 2
    if (expected * ((1 - lost) * Math.log1p(-lost) + lost) < nats) low = lost
    else high = lost
  }
  return expected * low * Math.log(1 / Math.max(1 - low, 0.5 / expected))
}
