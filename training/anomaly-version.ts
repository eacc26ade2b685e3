import { createHash } from 'node:crypto'
import type { Examples, ModelVersion } from '../connectors/onnx/write/index.ts'
import { HeadraceError } from '../engine/errors.ts'
import { Anomaly, anomalyInputNames } from '../jobs/clickstream/models.ts'
import { exportAnomaly } from './anomaly-graph.ts'
import type { AnomalyModel, AnomalyOptions } from './anomaly-model.ts'
import { scoreRows, trainAnomaly } from './anomaly-model.ts'
import { valueAt } from './deviations.ts'
import type { Matrix } from './matrix.ts'
import { matrixOf, takeRows } from './matrix.ts'
import { SeededRandom } from './random.ts'
import type { ShopHistory, WindowRow } from './shop-history.ts'

/** Of the rows so many judge the model and take no part in it. */
const JUDGING_SHARE = 0.2
/** What a point anomaly is, in robust deviations. */
const OUTLIER = 5
const EXAMPLES = 64
const FIRST_EVENTS = 100
/** So much of its time may be missing from a window. */
const SLACK_MS = 1000

export type AnomalySettings = Required<Pick<AnomalyOptions, 'seed' | 'budget' | 'confidence'>>

export interface AnomalyMetrics {
  /** The share of alarms among rows that the model has not seen. */
  readonly falseAlarms: number
  /** The share of alarms among such rows with one field put 5 robust deviations above its median. */
  readonly outliersFound: number
  readonly judgedRows: number
}

/** Trains the anomaly model of the clickstream; all that its folder is to hold. */
export function anomalyVersion(history: ShopHistory, settings: AnomalySettings) {
  const whole = wholeWindows(history)
  const data = matrixOf(anomalyInputNames.map(name => whole.map(row => row[name as keyof WindowRow])))
  if (data.rows === 0)
    throw new HeadraceError('HR_TRAINING_DATA', 'no window has closed: more events are needed')
  const order = new SeededRandom(settings.seed).permutation(data.rows)
  const judging = takeRows(data, order.subarray(0, Math.floor(data.rows * JUDGING_SHARE)))
  const training = takeRows(data, order.subarray(judging.rows))
  // Every input is a count or an amount.
  const model = trainAnomaly(training, { ...settings, measures: anomalyInputNames.map(() => 'root') })
  const metrics = judge(model, judging)
  const version: ModelVersion = {
    name: Anomaly.name,
    description: Anomaly.description ?? '',
    export: exportAnomaly(model),
    columns: { inputs: { features: anomalyInputNames } },
    parity: examplesOf(model, judging),
    metrics: { ...metrics },
    data: {
      rows: data.rows,
      fingerprint: createHash('sha256').update(data.values).digest('hex'),
      ...timesOf(whole.map(({ windowStart }) => windowStart)),
    },
    parameters: {
      ...settings,
      trees: model.forest.trees.length,
      sampleSize: model.forest.sampleSize,
      severities: model.severities,
      fields: Object.fromEntries(anomalyInputNames.map((name, k) => [name, model.fields[k]])),
    },
  }
  return { version, model, metrics }
}

/**
 * Windows in which the history had not begun yet are there in part only. It begins near the latest of the first
 * events: one alone may have come a minute late.
 */
function wholeWindows({ windows, bought }: ShopHistory): WindowRow[] {
  const begun = bought.slice(0, FIRST_EVENTS).reduce((latest, { ts }) => Math.max(latest, ts), 0)
  return windows.filter(({ windowStart }) => windowStart > begun - SLACK_MS)
}

function judge(model: AnomalyModel, clean: Matrix): AnomalyMetrics {
  const outliers = { ...clean, values: clean.values.slice() }
  for (let row = 0; row < clean.rows; row++) {
    const k = row % clean.columns
    outliers.values[row * clean.columns + k] = valueAt(model.fields[k], OUTLIER)
  }
  return {
    falseAlarms: alarmShare(model, clean),
    outliersFound: alarmShare(model, outliers),
    judgedRows: clean.rows,
  }
}

function alarmShare(model: AnomalyModel, data: Matrix): number {
  return scoreRows(model, data).severities.filter(severity => severity > 0).length / data.rows
}

/** Rows, ordinary and stranger ones, with what the model says of them; none so near a threshold that rounding decides. */
function examplesOf(model: AnomalyModel, clean: Matrix): Examples {
  const { columns } = clean
  const rows = takeRows(
    clean,
    Int32Array.from({ length: Math.min(EXAMPLES, clean.rows) }, (_, row) => row),
  )
  for (let row = 0; row < rows.rows; row += 2) rows.values[row * columns + (row % columns)] *= 1 + row / 4
  const { scores } = scoreRows(model, rows)
  const isClear = (row: number) =>
    model.severities.every(({ threshold }) => Math.abs(scores[row] - threshold) > 1e-4)
  const clear = takeRows(rows, Int32Array.from(scores.keys()).filter(isClear))
  const told = scoreRows(model, clear)
  const column = (k: number) =>
    Array.from({ length: clear.rows }, (_, row) => clear.values[row * columns + k])
  const deviations = Array.from({ length: clear.rows }, (_, row) =>
    told.deviations.values.subarray(row * columns, (row + 1) * columns),
  )
  return {
    inputs: Object.fromEntries(anomalyInputNames.map((name, k) => [name, column(k)])),
    outputs: { score: told.scores, severity: told.severities, deviations },
  }
}

/** From when to when training rows are, as a model's card says it. */
export function timesOf(times: readonly number[]): { from: string; to: string } {
  let [from, to] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const time of times) {
    from = Math.min(from, time)
    to = Math.max(to, time)
  }
  return { from: new Date(from).toISOString(), to: new Date(to).toISOString() }
}
