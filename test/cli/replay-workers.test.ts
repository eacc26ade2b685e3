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

const failing = `
import { double, job, long, param, record, sink, source, timestamp, topic } from '@/engine/index.ts'
import { derive } from '@/operators/index.ts'

const Click = record('Click', { ts: timestamp(), user: long() })
const Out = record('Out', { ts: timestamp(), user: long(), twice: double() })

export default job('failing', () => {
  const worst = param('worst', 5)
  source('in', topic('clicks', Click, { time: 'ts', key: 'user', lateness: '2s' })).pipe(
    derive({
      twice: double(({ user }) => {
        if (user === worst) throw new Error('not this one')
        return user * 2
      }),
    }),
    sink('out', topic('doubled', Out)),
  )
})
`

test('a row that fails in a thread ends the replay with its place; with a parameter set so that none does it goes on', async t => {
  const folder = new CliFolder(t)
  folder.write('job.ts', failing)
  const input = Array.from({ length: 400 }, (_, k) =>
    JSON.stringify({ ts: 1_767_225_600_000 + k, user: k % 6 }),
  )
  const append = 'log append clicks --job job.ts --partitions 3 --data live'
  await folder.run(append, { input: input.join('\n') })
  const args = 'replay job.ts --data live --workers 2 --out'
  const failed = await folder.run(`${args} by2`)
  assert.equal(failed.code, 1)
  assert.match(failed.err, /HR_LAMBDA_THREW.*not this one.*offset/)
  const whole = await folder.run(`${args} other --set worst=6`)
  assert.equal(whole.code, 0, whole.err)
  assert.match(whole.out, /400 records in /)
})
