import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RunMeter } from '../../../cli/status.ts'
import { figuresOf } from '../../../cli/telemetry/figures.ts'
import { pointsOf } from '../../../cli/telemetry/job-series.ts'
import { PrometheusFigures } from '../../../cli/telemetry/prometheus.ts'
import type { ScorerFigures } from '../../../engine/models/scorer-figures.ts'
import { samplesOf } from '../../support/prometheus-text.ts'
import { ScriptedRun } from '../../support/scripted-run.ts'

const counted = {
  calls: 2,
  rows: 100,
  seconds: 0.5,
  failures: 3,
  fallbacks: 4,
  remembered: 5,
  swaps: 1,
  refused: 0,
}
const before: ScorerFigures = {
  model: 'fraud',
  version: 3,
  batchRows: 32,
  ...counted,
  breaker: 'closed',
  shadow: null,
}
const after: ScorerFigures = {
  ...before,
  version: 4,
  rows: 150,
  breaker: 'open',
  shadow: { version: 5, rows: 40, failures: 1, differences: { score: { mean: 0.5, max: 2, beyond: 0.25 } } },
}
const none = { calls: 0, seconds: 0, failures: 0, fallbacks: 0, remembered: 0, swaps: 0, refused: 0 }

function scored(): RunMeter {
  const run = new ScriptedRun()
  run.reach({ counts: { inputs: {}, steps: {}, scores: { judge: before } } })
  const meter = new RunMeter(run)
  run.reach({ counts: { inputs: {}, steps: {}, scores: { judge: after } } })
  return meter
}

test('what a step scores goes into series of its own, and what a shadow does beside it', () => {
  const origin = { job: 'payments', process: 'one' }
  const moment = { figures: figuresOf(scored()), time: 1000 }
  const points = Object.fromEntries(
    pointsOf(origin, moment, moment).map(({ series, rows }) => [series.name, rows]),
  )
  const whose = { ...origin, time: 1000, step: 'judge', model: 'fraud' }
  assert.deepEqual(points.headrace_scores, [{ ...whose, version: 4, rows: 50, ...none, breakerOpen: true }])
  assert.deepEqual(points.headrace_shadows, [
    { ...whose, output: 'score', version: 5, rows: 40, failures: 1, mean: 0.5, max: 2, beyond: 0.25 },
  ])
})

test('and is told to Prometheus', async () => {
  const meter = scored()
  const samples = samplesOf(await new PrometheusFigures('payments', () => figuresOf(meter)).text())
  const ours = Object.fromEntries([...samples].filter(([name]) => /^headrace_(?:score|shadow)_/.test(name)))
  const labels = 'headrace_job="payments",model="fraud",step="judge"'
  const sorted = Object.fromEntries(
    Object.entries(ours).map(([name, value]) => [
      name.replace(/\{(.*)\}/, (_, all: string) => `{${all.split(',').sort()}}`),
      value,
    ]),
  )
  const totals = { rows: 50, ...none }
  assert.deepEqual(sorted, {
    ...Object.fromEntries(
      Object.entries(totals).map(([name, value]) => [`headrace_score_${name}_total{${labels}}`, value]),
    ),
    [`headrace_score_version{${labels}}`]: 4,
    [`headrace_score_breaker_open{${labels}}`]: 1,
    [`headrace_shadow_version{${labels}}`]: 5,
    [`headrace_shadow_rows{${labels}}`]: 40,
    [`headrace_shadow_failures{${labels}}`]: 1,
    [`headrace_shadow_difference_mean{${labels.replace('step', 'output="score",step')}}`]: 0.5,
    [`headrace_shadow_difference_max{${labels.replace('step', 'output="score",step')}}`]: 2,
    [`headrace_shadow_beyond_ratio{${labels.replace('step', 'output="score",step')}}`]: 0.25,
  })
})
