import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CliFolder } from '../support/cli.ts'
import { shopModels } from '../support/shop-models.ts'

const models = await shopModels()

interface Summary {
  readonly events: number
  readonly read: number
  readonly passed: number
  readonly rejected: number
  readonly late: number
  readonly results: number
}

test('with a number of events it ends by itself with one JSON line, in which every record is accounted for', async t => {
  const folder = new CliFolder(t)
  const args = `demo --events 300000 --json --seed 3 --models ${models}`
  const { code, out, err } = await folder.run(args)
  assert.equal(code, 0, err)
  const lines = out.trim().split('\n')
  assert.equal(lines.length, 1)
  const { events, read, passed, rejected, late, results } = JSON.parse(lines[0]) as Summary
  assert.equal(events, 300_000)
  assert.equal(read, events)
  assert.equal(passed + rejected, read)
  for (const count of [rejected, late, results]) assert.ok(count > 0)
  const [again] = (await folder.run(args)).json<Summary>()
  assert.deepEqual([again.results, again.late, again.rejected], [results, late, rejected])
})

test('its data stays where --data says, and a second run goes on there', async t => {
  const folder = new CliFolder(t)
  await folder.run(`demo --events 1000 --json --data here --models ${models}`)
  const [{ read }] = (
    await folder.run(`demo --events 1000 --json --data here --models ${models}`)
  ).json<Summary>()
  assert.equal(read, 1000)
  const { out } = await folder.run('log ls --data here')
  const [clicks, purchases] = ['clicks', 'purchases'].map(topic => {
    const [, records] = out.match(new RegExp(`^${topic} +4 +([0-9,]+) `, 'm')) ?? assert.fail(out)
    return Number(records.replaceAll(',', ''))
  })
  assert.equal(clicks + purchases, 2000)
})

test('--feed only generates, for a job that runs elsewhere', async t => {
  const folder = new CliFolder(t)
  folder.write('job.ts', "export { default } from '@/jobs/clickstream.ts'")
  const { out } = await folder.run('demo --feed --events 2000 --rate 100000 --data here')
  assert.match(out, /2,000 events$/m)
  const { code, out: ran } = await folder.run(
    `run job.ts --no-check --data here --until end --models ${models}`,
  )
  assert.equal(code, 0)
  assert.match(ran, /^clicks /m)
})
