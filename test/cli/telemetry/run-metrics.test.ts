import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { SqliteSeries } from '../../../connectors/sqlite/series.ts'
import { CliFolder, sumJob } from '../../support/cli.ts'
import { samplesOf } from '../../support/prometheus-text.ts'
import { root } from '../../support/source-tree.ts'

const event = '{"ts":1767225600000,"user":1,"value":2}\n'

test('a running job serves its metrics where the deployment says so', async t => {
  const folder = new CliFolder(t)
  folder.write('job.ts', sumJob('sums'))
  folder.write('headrace.config.ts', 'export default { metrics: { port: 0 } }')
  await folder.run('log append events --job job.ts --partitions 1', { input: event.repeat(500) })
  const args = [`${root}cli/main.ts`, 'run', 'job.ts', '--json', '--no-check']
  const child = spawn(process.execPath, args, { cwd: folder.path, stdio: ['ignore', 'pipe', 'inherit'] })
  t.after(() => child.kill('SIGKILL'))
  let url: string | undefined
  for await (const text of createInterface({ input: child.stdout })) {
    const line = JSON.parse(text) as { type: string; text?: string; read?: number }
    url ??= /^metrics: (?<url>http:\S+)$/.exec(line.text ?? '')?.groups?.url
    if (line.type !== 'status' || line.read !== 500 || url === undefined) continue
    const samples = samplesOf(await (await fetch(url)).text())
    assert.equal(samples.get('headrace_input_read_total{headrace_job="sums",input="events"}'), 500)
    assert.equal(samples.get('headrace_step_in_total{headrace_job="sums",step="totals"}'), 500)
    child.kill('SIGINT')
  }
  const [code] = child.exitCode === null ? await once(child, 'exit') : [child.exitCode]
  assert.equal(code, 0)
  assert.match(url ?? '', /^http:\/\/127\.0\.0\.1:\d+\/metrics$/)
})

test('a job that ends leaves a last point of itself in the data directory', async t => {
  const folder = new CliFolder(t)
  folder.write('job.ts', sumJob('sums'))
  folder.write('headrace.config.ts', "export default { metrics: { series: true, process: 'one' } }")
  await folder.run('log append events --job job.ts --partitions 1', { input: event.repeat(500) })
  const { code, err } = await folder.run('run job.ts --until end --no-check')
  assert.equal(code, 0, err)
  const store = new SqliteSeries({ dir: join(folder.path, '.headrace') })
  t.after(() => store.close())
  const { points } = await store.query({ series: 'headrace_inputs' })
  assert.deepEqual(
    points.map(({ tags, values }) => [tags, values.read]),
    [[{ job: 'sums', process: 'one', input: 'events' }, 500]],
  )
})

const wrong: readonly (readonly [string, RegExp])[] = [
  ['{ port: 70_000 }', /metrics.port in the configuration is 70000; allowed: a whole number from 0 to 65535/],
  [
    "{ series: 'often' }",
    /metrics.series in the configuration is "often"; allowed: true, false, or how often/,
  ],
  ["{ series: '0s' }", /metrics.series in the configuration is "0s"; allowed/],
  [
    '{ every: 5 }',
    /metrics in headrace.config.ts has no setting "every"; there are: series, port, host, process/,
  ],
]

for (const [metrics, message] of wrong) {
  test(`a wrong setting is one readable message: metrics: ${metrics}`, async t => {
    const folder = new CliFolder(t)
    folder.write('headrace.config.ts', `export default { metrics: ${metrics} }`)
    const { code, err } = await folder.run('log ls')
    assert.equal(code, 78)
    assert.match(err, message)
  })
}
