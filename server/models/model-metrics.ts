import type { Registry } from 'prom-client'
import { Counter, Gauge, Histogram } from 'prom-client'
import type { Difference, ScorerFigures } from '../../engine/models/scorer-figures.ts'
import { secondsBuckets } from '../http/metrics.ts'
import type { ServedModels } from './served-models.ts'

/** With the names that they have where jobs score. */
const totals: Readonly<Record<string, readonly [string, (figures: ScorerFigures) => number]>> = {
  rows: ['Rows that were scored', ({ rows }) => rows],
  calls: ['Batches that they were scored in', ({ calls }) => calls],
  seconds: ['Time that runs of the model took', ({ seconds }) => seconds],
  failures: ['Runs that failed or took too long', ({ failures }) => failures],
  fallbacks: ['Rows that the model gave no answer for', ({ fallbacks }) => fallbacks],
  remembered: ['Rows whose answer was remembered', ({ remembered }) => remembered],
  swaps: ['Times that another version took over', ({ swaps }) => swaps],
  refused: ['Versions that were to serve and could not be loaded', ({ refused }) => refused],
}

const differences: Readonly<Record<string, readonly [string, (difference: Difference) => number]>> = {
  difference_mean: ['Mean difference of the answers of the shadow', ({ mean }) => mean],
  difference_max: ['Largest difference of its answers', ({ max }) => max],
  beyond_ratio: ['Share of rows that differ by more than the tolerance', ({ beyond }) => beyond],
}

/** What models do on a server, beside what is measured of every request. */
export function showModels(registry: Registry, models: ServedModels): void {
  showBatches(registry, models)
  showShadows(registry, models)
  for (const [name, [help, figureOf]] of Object.entries(totals)) {
    new Counter({
      name: `headrace_score_${name}_total`,
      help,
      labelNames: ['model'],
      registers: [registry],
      collect() {
        this.reset()
        for (const { model, figures } of models.all) this.inc({ model: model.name }, figureOf(figures))
      },
    })
  }
  showGauge(registry, 'score_version', 'The version that serves', gauge => {
    for (const { model, figures } of models.all) gauge.set({ model: model.name }, figures.version)
  })
  showGauge(registry, 'score_breaker_open', 'Whether the model is left alone for a while', gauge => {
    for (const { model, figures } of models.all) {
      gauge.set({ model: model.name }, Number(figures.breaker === 'open'))
    }
  })
}

/** How rows come together, and how long they wait for that. */
function showBatches(registry: Registry, models: ServedModels): void {
  const labels = { labelNames: ['model'], registers: [registry] }
  const rows = new Histogram({
    name: 'headrace_score_batch_rows',
    help: 'Rows that were scored together',
    buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096],
    ...labels,
  })
  const waited = new Histogram({
    name: 'headrace_score_wait_seconds',
    help: 'How long the first request of a batch has waited to be scored',
    buckets: secondsBuckets,
    ...labels,
  })
  models.onBatch = (model, batchRows, waitedMs) => {
    rows.observe({ model }, batchRows)
    waited.observe({ model }, waitedMs / 1000)
  }
  showGauge(registry, 'score_waiting_rows', 'Rows that wait to be scored', gauge => {
    for (const { model, waitingRows } of models.all) gauge.set({ model: model.name }, waitingRows)
  })
}

/** How far the answers are apart of a version that serves and one that scores beside it. */
function showShadows(registry: Registry, models: ServedModels): void {
  showGauge(registry, 'shadow_version', 'The version that scores beside it', gauge => {
    for (const { name, shadow } of shadowsOf(models)) gauge.set({ model: name }, shadow.version)
  })
  showGauge(registry, 'shadow_rows', 'Rows whose answers were compared', gauge => {
    for (const { name, shadow } of shadowsOf(models)) gauge.set({ model: name }, shadow.rows)
  })
  for (const [figure, [help, figureOf]] of Object.entries(differences)) {
    showGauge(registry, `shadow_${figure}`, help, gauge => {
      for (const { name, shadow } of shadowsOf(models)) {
        for (const [output, difference] of Object.entries(shadow.differences)) {
          gauge.set({ model: name, output }, figureOf(difference))
        }
      }
    })
  }
}

function* shadowsOf(models: ServedModels) {
  for (const { model, figures } of models.all) {
    if (figures.shadow !== null) yield { name: model.name, shadow: figures.shadow }
  }
}

function showGauge(registry: Registry, name: string, help: string, collect: (gauge: Gauge) => void): void {
  new Gauge({
    name: `headrace_${name}`,
    help,
    labelNames: ['model', 'output'],
    registers: [registry],
    collect() {
      this.reset()
      collect(this)
    },
  })
}
