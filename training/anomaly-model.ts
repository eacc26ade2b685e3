import { HeadraceError } from '../engine/errors.ts'
import type { FieldReference, Measure } from './deviations.ts'
import { deviationRatios, deviationsOf, fieldReferences } from './deviations.ts'
import { alarmsAllowed, rowsNeeded, thresholdFor } from './false-alarms.ts'
import type { ForestOptions, IsolationForest } from './isolation-forest.ts'
import { growForest } from './isolation-forest.ts'
import { forestScores } from './isolation-score.ts'
import type { Matrix } from './matrix.ts'
import { takeRows } from './matrix.ts'
import { SeededRandom } from './random.ts'
import { EXPONENTIAL, fitTail, furtherOut, LIGHTEST, tailQuantile } from './tail.ts'

export interface AnomalyOptions extends ForestOptions {
  /** The share of ordinary rows that may be alarms. */
  readonly budget?: number
  /** How sure it is that the budget holds. */
  readonly confidence?: number
  /** Of each field; 'plain' unless said otherwise. */
  readonly measures?: readonly Measure[]
}

/** What makes up a severity: the share of ordinary rows that reach it. */
const severityShares = [
  ['low', 1],
  ['medium', 1 / 3],
  ['high', 1 / 10],
  ['critical', 1 / 100],
] as const

export type SeverityName = (typeof severityShares)[number][0]

export interface SeverityThreshold {
  readonly name: SeverityName
  /** The share of ordinary rows that may be above the threshold. */
  readonly budget: number
  readonly threshold: number
  /** Whether so many held-out rows were there to count, or the tail of their scores was followed further. */
  readonly way: 'counted' | 'extrapolated'
}

/**
 * An isolation forest for rows whose fields do not go together, and beside it each field's own deviation, for single
 * values that are too far out: a forest cannot tell those from the largest of the few rows it was grown from.
 */
export interface AnomalyModel {
  readonly forest: IsolationForest
  /** The forest's score that takes up its half of the budget. */
  readonly forestLevel: number
  readonly fields: readonly FieldReference[]
  /** By severity, ascending; the first is where alarms begin. */
  readonly severities: readonly SeverityThreshold[]
  readonly confidence: number
  /** Rows that it was fitted to, and others that the thresholds come from. */
  readonly fitted: number
  readonly heldOut: number
}

export interface AnomalyScores {
  readonly scores: Float32Array
  /** 0 is below the threshold, 1 is low, 4 is critical. */
  readonly severities: Int32Array
  /** Of each field from its median, in robust deviations. */
  readonly deviations: Matrix
}

/** Half of the rows fit the model, the other half the thresholds, so that it does not judge what it was made of. */
export function trainAnomaly(data: Matrix, options: AnomalyOptions): AnomalyModel {
  const { budget = 0.001, confidence = 0.99, seed } = options
  const order = new SeededRandom(seed).permutation(data.rows)
  const fitting = takeRows(data, order.subarray(0, data.rows >> 1))
  const holding = takeRows(data, order.subarray(data.rows >> 1))
  const needed = rowsNeeded(budget, confidence)
  if (holding.rows < needed) {
    const detail = `a budget of ${budget} with a confidence of ${confidence} needs ${2 * needed} rows`
    throw new HeadraceError('HR_TRAINING_DATA', `${detail}; there are ${data.rows}`)
  }
  const forest = growForest(fitting, options)
  const forestTail = fitTail(forestScores(forest, fitting).sort(), LIGHTEST)
  const untrained = {
    forest,
    forestLevel: tailQuantile(forestTail, budget / 2),
    fields: fieldReferences(fitting, budget / 2, options.measures),
    confidence,
    fitted: fitting.rows,
    heldOut: holding.rows,
  }
  const scores = anomalyScores(untrained, holding).sort()
  return { ...untrained, severities: severityThresholds(scores, budget, confidence) }
}

/**
 * A row's score is r / (1 + r), where r is the larger of the forest's score and the farthest deviation, each over the
 * level that takes up its half of the budget: so that alarms begin near a half, whatever the data.
 */
export function anomalyScores(
  { forest, forestLevel, fields }: Pick<AnomalyModel, 'forest' | 'forestLevel' | 'fields'>,
  data: Matrix,
): Float32Array {
  const isolation = forestScores(forest, data)
  return deviationRatios(fields, data).map((ratio, row) => {
    const larger = Math.max(ratio, isolation[row] / forestLevel)
    return larger / (1 + larger)
  })
}

export function scoreRows(model: AnomalyModel, data: Matrix): AnomalyScores {
  const scores = anomalyScores(model, data)
  const thresholds = model.severities.map(({ threshold }) => threshold)
  const severities = Int32Array.from(
    scores,
    score => thresholds.filter(threshold => score > threshold).length,
  )
  return { scores, severities, deviations: deviationsOf(model.fields, data) }
}

/**
 * Each budget's threshold is counted, as long as the held-out rows are enough to tell; beyond that the tail of their
 * scores goes on from the last one that was. `sorted` has their scores, ascending.
 */
function severityThresholds(sorted: Float32Array, budget: number, confidence: number): SeverityThreshold[] {
  const tail = fitTail(
    sorted.map(score => score / (1 - score)),
    EXPONENTIAL,
  )
  let counted = { threshold: 0, share: 1 }
  return severityShares.map(([name, share]) => {
    const allowed = alarmsAllowed(sorted.length, budget * share, confidence)
    if (allowed > 0) counted = { threshold: thresholdFor(sorted, allowed), share }
    const { threshold } = counted
    const ratio = furtherOut(tail, threshold / (1 - threshold), counted.share / share)
    const way = allowed > 0 ? 'counted' : 'extrapolated'
    return {
      name,
      budget: budget * share,
      threshold: allowed > 0 ? threshold : Math.fround(ratio / (1 + ratio)),
      way,
    }
  })
}
