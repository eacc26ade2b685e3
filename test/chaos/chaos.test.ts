import assert from 'node:assert/strict'
import { test } from 'node:test'
import { exitOf, firstOutput, runScript } from '../support/child-process.ts'
import { seed } from '../support/property.ts'
import { chaosSubject } from './chaos-subject.ts'
import { missingIn } from './outputs.ts'
import { runRound } from './round.ts'

test('50 kills while it works change nothing in the output', async t => {
  t.diagnostic(`HEADRACE_SEED=${seed}`)
  const { outcome, rows, deltas } = await runRound({ seed, stops: 50, by: 'kill', fsync: 'commit' })
  assert.ok(rows > 1000 && deltas > 20, `${rows} rows, ${deltas} deltas: too little to say anything`)
  assert.deepEqual(missingIn(outcome, chaosSubject), [])
})

test('neither do kills where nothing is synced', async () => {
  await runRound({ seed: seed + 2, stops: 5, by: 'kill', fsync: 'never' })
})

test('neither does a disk that fails now and then', async () => {
  await runRound({ seed: seed + 4, stops: 8, by: 'disk', fsync: 'commit' })
})

test('rounds can be run by hand', async t => {
  const child = runScript(t, 'test/chaos/main.ts', '--help')
  assert.match(await firstOutput(child), /--rounds N/)
  assert.equal(await exitOf(child), 0)
})
