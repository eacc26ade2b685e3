import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { JobLag } from '../../cli/job-lag.ts'
import { CliFolder } from '../support/cli.ts'
import { asLines, repartitionedSums, summedEvents } from '../support/summing-jobs.ts'

async function folderOfJob(t: TestContext): Promise<CliFolder> {
  const folder = new CliFolder(t)
  folder.write('job.ts', repartitionedSums('sums', 'events', 'totals'))
  await append(folder, 30)
  return folder
}

async function append(folder: CliFolder, count: number): Promise<void> {
  const input = asLines(summedEvents(count))
  await folder.run('log append events --job job.ts --partitions 1', { input })
}

async function lagOf(folder: CliFolder, job: string): Promise<JobLag> {
  const { code, err, json } = await folder.run(`lag ${job} --json`)
  assert.equal(code, 0, err)
  return json<JobLag>()[0]
}

test('on the embedded log positions are those of the last commit', async t => {
  const folder = await folderOfJob(t)
  assert.match((await folder.run('lag sums')).out, /it has no positions/)
  const [before] = (await lagOf(folder, 'job.ts')).partitions
  assert.deepEqual([before.position, before.end, before.lag], [null, 30, 30])
  await folder.run('run job.ts --until end')
  const after = await lagOf(folder, 'sums')
  const places = after.partitions.map(({ topic, partition }) => `${topic}-${partition}`)
  assert.deepEqual(places, ['events-0', 'sums.by-user.repartition-0', 'sums.by-user.repartition-1'])
  assert.deepEqual([after.partitions[0].position, after.partitions[0].lag], [30, 0])
})

test('the age is that of the first record to be read', async t => {
  const folder = await folderOfJob(t)
  await folder.run('run job.ts --until end')
  await append(folder, 5)
  const since = Date.now()
  const [input] = (await lagOf(folder, 'sums')).partitions
  assert.equal(input.lag, 5)
  const first = Date.UTC(2026, 0, 1)
  const age = Number(input.behindMs)
  assert.ok(age >= since - first && age <= Date.now() - first, `${age}`)
  assert.match((await folder.run('lag sums')).out, /^events +0 +30 +35 +5 +\d+d\d+h$/m)
})

test('--watch looks again until it is told to stop', async t => {
  const folder = await folderOfJob(t)
  const idle = process.listenerCount('SIGINT')
  const watching = folder.run('lag job.ts --watch --json')
  while (process.listenerCount('SIGINT') === idle) await nextTurn()
  process.emit('SIGINT', 'SIGINT')
  const { code, json } = await watching
  assert.equal(code, 0)
  assert.equal(json<JobLag>()[0].lag, 30)
})
