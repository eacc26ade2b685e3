import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { RunMeter } from '../../../cli/status.ts'
import { figuresOf } from '../../../cli/telemetry/figures.ts'
import { serveMetrics } from '../../../cli/telemetry/metrics-server.ts'
import { PrometheusFigures } from '../../../cli/telemetry/prometheus.ts'
import { samplesOf } from '../../support/prometheus-text.ts'
import { ScriptedRun } from '../../support/scripted-run.ts'

function figuresFor(run: ScriptedRun): PrometheusFigures {
  const meter = new RunMeter(run)
  return new PrometheusFigures('sums', () => figuresOf(meter))
}

test('figures of a run, by input and step, beside those of the process', async () => {
  const run = new ScriptedRun()
  run.reach({ counts: { inputs: { old: { read: 70, passed: 70, rejected: 0 } }, steps: {} } })
  const figures = figuresFor(run)
  run.reach({
    counts: {
      inputs: { old: { read: 100, passed: 98, rejected: 2 }, late: { read: 1, passed: 1, rejected: 0 } },
      steps: { totals: { in: 98, out: 7, late: 3, rejected: 1 } },
      lookups: { stats: { asked: 40, remembered: 25, failed: 2, seconds: 1.5 } },
      newest: { users: 1_767_225_600_500 },
    },
    lag: 12,
    commits: 5,
  })
  const samples = samplesOf(await figures.text())
  const ours = Object.fromEntries(
    [...samples].filter(([name]) => /^headrace_.*(?:total|records|newest_seconds)\{/.test(name)),
  )
  assert.deepEqual(ours, {
    'headrace_input_read_total{headrace_job="sums",input="old"}': 30,
    'headrace_input_read_total{headrace_job="sums",input="late"}': 1,
    'headrace_input_passed_total{headrace_job="sums",input="old"}': 28,
    'headrace_input_passed_total{headrace_job="sums",input="late"}': 1,
    'headrace_input_rejected_total{headrace_job="sums",input="old"}': 2,
    'headrace_input_rejected_total{headrace_job="sums",input="late"}': 0,
    'headrace_step_in_total{headrace_job="sums",step="totals"}': 98,
    'headrace_step_out_total{headrace_job="sums",step="totals"}': 7,
    'headrace_step_late_total{headrace_job="sums",step="totals"}': 3,
    'headrace_step_rejected_total{headrace_job="sums",step="totals"}': 1,
    'headrace_lookup_asked_total{headrace_job="sums",step="stats"}': 40,
    'headrace_lookup_remembered_total{headrace_job="sums",step="stats"}': 25,
    'headrace_lookup_failed_total{headrace_job="sums",step="stats"}': 2,
    'headrace_lookup_seconds_total{headrace_job="sums",step="stats"}': 1.5,
    'headrace_view_newest_seconds{headrace_job="sums",view="users"}': 1_767_225_600.5,
    'headrace_commits_total{headrace_job="sums"}': 5,
    'headrace_lag_records{headrace_job="sums"}': 12,
  })
  assert.ok((samples.get('process_resident_memory_bytes{headrace_job="sums"}') ?? 0) > 0)
})

test('there is no watermark delay before the first record, and then there is one', async () => {
  const run = new ScriptedRun()
  const figures = figuresFor(run)
  const delay = 'headrace_watermark_delay_seconds{headrace_job="sums"}'
  assert.ok(!samplesOf(await figures.text()).has(delay))
  run.reach({ watermark: Date.now() - 60_000, committedAt: Date.now() - 30_000 })
  const samples = samplesOf(await figures.text())
  assert.ok(Math.abs((samples.get(delay) ?? 0) - 60) < 20)
  run.reach({ watermark: null })
  assert.ok(!samplesOf(await figures.text()).has(delay))
})

test('a process that has not committed yet is as old as its run', async () => {
  const run = new ScriptedRun()
  const samples = samplesOf(await figuresFor(run).text())
  assert.ok((samples.get('headrace_checkpoint_age_seconds{headrace_job="sums"}') ?? 99) < 20)
})

test('/metrics is served to GET, everything else is refused', async t => {
  const server = await serveMetrics(figuresFor(new ScriptedRun()), '127.0.0.1', 0)
  t.after(() => server.close())
  const found = await fetch(server.url)
  assert.equal(found.status, 200)
  assert.match(found.headers.get('content-type') ?? '', /^text\/plain; version=0.0.4/)
  assert.ok(samplesOf(await found.text()).has('headrace_lag_records{headrace_job="sums"}'))
  assert.equal((await fetch(new URL('/', server.url))).status, 404)
  assert.equal((await fetch(server.url, { method: 'POST', body: 'x' })).status, 405)
})

test('a failure while figures are made is an answer, not the end', async t => {
  const figures = { contentType: 'text/plain', text: () => Promise.reject(new Error('gone')) }
  const server = await serveMetrics(figures, '127.0.0.1', 0)
  t.after(() => server.close())
  const answer = await fetch(server.url)
  assert.deepEqual([answer.status, await answer.text()], [500, 'gone\n'])
})

test('a port that is taken is a coded error', async t => {
  const other = createServer().listen(0, '127.0.0.1')
  t.after(() => other.close())
  await new Promise(resolve => other.once('listening', resolve))
  const { port } = other.address() as AddressInfo
  await assert.rejects(serveMetrics(figuresFor(new ScriptedRun()), '127.0.0.1', port), {
    code: 'HR_METRICS_PORT',
    message: /EADDRINUSE/,
  })
})
