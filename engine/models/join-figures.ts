import type { Difference, ScorerFigures, ShadowFigures } from './scorer-figures.ts'

const counted = [
  'calls',
  'rows',
  'seconds',
  'failures',
  'fallbacks',
  'remembered',
  'swaps',
  'refused',
] as const

/** Those of a step in several tasks as one: of versions the latest. */
export function joinFigures(one: ScorerFigures | undefined, other: ScorerFigures): ScorerFigures {
  if (one === undefined) return other
  const sums = counted.map(name => [name, one[name] + other[name]] as const)
  return {
    ...one,
    ...Object.fromEntries(sums),
    version: Math.max(one.version, other.version),
    batchRows: Math.max(one.batchRows, other.batchRows),
    breaker: one.breaker === 'open' ? 'open' : other.breaker,
    shadow: joinShadows(one.shadow, other.shadow),
  }
}

/** What was counted since; what stands now stays. */
export function figuresSince(now: ScorerFigures, before: ScorerFigures | undefined): ScorerFigures {
  if (before === undefined) return now
  return { ...now, ...Object.fromEntries(counted.map(name => [name, now[name] - before[name]])) }
}

/** Of different versions, what is known of the later one. */
function joinShadows(one: ShadowFigures | null, other: ShadowFigures | null): ShadowFigures | null {
  if (one === null || other === null) return one ?? other
  if (one.version !== other.version) return one.version > other.version ? one : other
  const rows = one.rows + other.rows
  const share = one.rows / Math.max(1, rows)
  const differences = Object.entries(one.differences).map(([name, difference]) => [
    name,
    joinDifferences(difference, other.differences[name] ?? difference, share),
  ])
  return {
    version: one.version,
    rows,
    failures: one.failures + other.failures,
    differences: Object.fromEntries(differences),
  }
}

function joinDifferences(one: Difference, other: Difference, share: number): Difference {
  const mean = (a: number, b: number) => a * share + b * (1 - share)
  return {
    mean: mean(one.mean, other.mean),
    max: Math.max(one.max, other.max),
    beyond: mean(one.beyond, other.beyond),
  }
}
