import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CliFolder, sumJob } from '../support/cli.ts'

const events = Array.from({ length: 400 }, (_, k) => {
  return JSON.stringify({ ts: 1_767_225_600_000 + k * 500, user: k % 5, value: k % 3 === 0 ? 'none' : k })
}).join('\n')

async function live(folder: CliFolder): Promise<void> {
  folder.write('job.ts', sumJob('summing'))
  await folder.run('log append events --key user --partitions 2 --data live', { input: events })
  const { code, err } = await folder.run('run job.ts --no-check --data live --until end')
  assert.equal(code, 0, err)
}

test('results are copied to topics of the embedded log, and go on where they were; what is live stays', async t => {
  const folder = new CliFolder(t)
  await live(folder)
  const list = async () => (await folder.run('log ls --data live --json')).out.split('\n')
  const state = async () => (await folder.run('state ls summing --data live')).out
  const [before, stateBefore] = [await list(), await state()]
  const args = 'replay job.ts --data live --out again --to-topics again-'
  for (let attempt = 1; attempt <= 2; attempt++) {
    const { code, err } = await folder.run(args)
    assert.equal(code, 0, err)
  }
  assert.deepEqual(
    (await list()).filter(line => !line.includes('again-')),
    before,
  )
  assert.equal(await state(), stateBefore)
  const cat = async (topic: string) => (await folder.run(`log cat ${topic} --data live --json`)).out
  assert.equal((await cat('again-totals')).replaceAll('again-', ''), await cat('totals'))
  assert.equal((await cat('again-summing.dead-letter')).split('\n').length, 1 + 134)
  const kept = await folder.run('state ls again-summing.replay --data live')
  assert.match(kept.out, /0-1 +totals +\d+/)
})

test('targets that are not configured, or not free, are refused before anything is made', async t => {
  const folder = new CliFolder(t)
  await live(folder)
  const refused = async (args: string) =>
    (await folder.run(`replay job.ts --data live --out refused ${args}`)).err
  assert.match(await refused('--to-redis again:'), /the deployment has no Redis configured/)
  assert.match(await refused('--to-bucket again'), /the deployment has no InfluxDB configured/)
  assert.match(await refused('--to-topics='), /HR_REPLAY_TARGET.*the topic totals is one of the live job/)
  await folder.run('log append again-totals --partitions 1 --data live', { input: '{"user":1}' })
  assert.match(await refused('--to-topics again-'), /HR_REPLAY_TARGET.*the topic again-totals has records/)
  assert.match((await folder.run('state ls --data refused')).out, /no job has state/)
})
