import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CliFolder } from '../support/cli.ts'
import { disorderedEvents, naiveTotals, parametricJob } from '../support/parametric-job.ts'
import { kafka, uniqueName } from '../support/services/kafka.ts'

const { brokers } = await kafka()

test('on Kafka the threads of a job have its parameters', async t => {
  const folder = new CliFolder(t)
  const name = uniqueName('parameters')
  const events = disorderedEvents(200, 5)
  folder.write('job.ts', parametricJob(name, `${name}.`))
  const config = {
    brokers,
    createTopics: { config: { 'retention.ms': -1 } },
    parameters: { least: 20 },
  }
  folder.write('headrace.config.ts', `export default ${JSON.stringify(config)}`)
  const input = events.map(event => JSON.stringify(event)).join('\n')
  await folder.run(`log append ${name}.events --job job.ts --partitions 1`, { input })
  const { code, err } = await folder.run('run job.ts --no-check --until end --set lateness=20s')
  assert.equal(code, 0, err)
  const { json } = await folder.run(`log cat ${name}.totals --job job.ts --json`)
  const rows = json<{ value: { user: number; windowStart: number; total: number } }>()
  const totals = rows.map(({ value }) => `${value.user} ${value.windowStart} ${value.total}`).toSorted()
  assert.deepEqual(totals, naiveTotals(events, { least: 20, latenessMs: 20_000 }).rows)
})
