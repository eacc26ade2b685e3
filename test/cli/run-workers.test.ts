import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Summary } from '../../cli/status.ts'
import { CliFolder, sumJob } from '../support/cli.ts'

test('run --workers says and writes what one thread would', async t => {
  const events = Array.from({ length: 4000 }, (_, i) => ({ ts: i * 50, user: i % 17, value: i % 100 }))
  const input = events.map(event => `${JSON.stringify(event)}\n`).join('')
  const [one, two] = await Promise.all([runWith(new CliFolder(t), 1), runWith(new CliFolder(t), 2)])
  assert.equal(one.summary.inputs.events?.read, events.length)
  assert.deepEqual(two.summary.inputs, one.summary.inputs)
  assert.deepEqual(two.summary.steps, one.summary.steps)
  assert.deepEqual(two.totals, one.totals)

  async function runWith(folder: CliFolder, workers: number) {
    folder.write('job.ts', sumJob('sums'))
    await folder.run('log append events --job job.ts --partitions 3', { input })
    const { code, err, json } = await folder.run(`run job.ts --until end --json --workers ${workers}`)
    assert.equal(code, 0, err)
    const totals = (await folder.run('log cat totals')).out.split('\n').sort()
    return { summary: json<Summary>().at(-1) as Summary, totals }
  }
})

test('a number of workers that cannot be is refused', async t => {
  const { code, err } = await new CliFolder(t).run('run job.ts --workers 0')
  assert.equal(code, 2)
  assert.match(err, /--workers is "0"; allowed: a whole number from 1 to 256/)
})
