import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CliFolder } from '../support/cli.ts'
import { shopModels } from '../support/shop-models.ts'

const topics = [
  'clicks.per-user',
  'clickstream.anomalies',
  'clickstream.recommendations',
  'clickstream.drift',
]

test('the flagship by one, two and three threads: the same records in the same order, models included', async t => {
  const folder = new CliFolder(t)
  const models = await shopModels()
  folder.write('job.ts', "export { default } from '@/jobs/clickstream.ts'")
  await folder.run(`demo --events 15000 --json --data live --models ${models}`)
  const outcomes = []
  for (const workers of [1, 2, 3]) {
    const args = `replay job.ts --data live --models ${models} --out by${workers} --workers ${workers} --json`
    const { code, err, json } = await folder.run(args)
    assert.equal(code, 0, err)
    const { read, inputs, steps } = json<Record<string, unknown>>().at(-1) ?? {}
    const outputs: Record<string, string> = {}
    for (const topic of topics) {
      outputs[topic] = (await folder.run(`log cat ${topic} --json --data by${workers}`)).out
    }
    outcomes.push({ read, inputs, steps, outputs })
  }
  assert.ok(outcomes[0].outputs['clickstream.recommendations'].length > 100_000)
  // Not what differs: that would be megabytes.
  for (const other of outcomes.slice(1)) assert.ok(JSON.stringify(other) === JSON.stringify(outcomes[0]))
})

test('a speed is a number above 0', async t => {
  const folder = new CliFolder(t)
  folder.write('job.ts', "export { default } from '@/jobs/clickstream.ts'")
  for (const speed of ['0', 'fast', 'Infinity']) {
    const { code, err } = await folder.run(`replay job.ts --out new --speed ${speed}`)
    assert.equal(code, 2)
    assert.match(err, new RegExp(`--speed is "${speed}"; allowed: a number above 0`))
  }
})
