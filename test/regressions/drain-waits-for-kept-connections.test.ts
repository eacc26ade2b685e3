import assert from 'node:assert/strict'
import { test } from 'node:test'
import { double } from '../../engine/batch/schema.ts'
import { modelServer, resultsOf } from '../support/model-server.ts'
import { ScriptedModels } from '../support/scripted-models.ts'

// A request that came before a server drained was answered with `Connection: keep-alive`: nobody closed that
// connection then, and the drain took all the time that it may.
test('connections of requests that came before a drain are closed as they are answered', async t => {
  const models = new ScriptedModels().put('same', 1, {
    inputs: { x: double() },
    outputs: { y: double() },
    score: ({ x }) => ({ y: x }),
  })
  const { promise, resolve } = Promise.withResolvers<void>()
  models.gate = promise
  const server = await modelServer(t, models)
  const asked = server.score('same', { rows: [{ x: 1 }] })
  while (models.runs.length === 0) await new Promise(done => setImmediate(done))
  const drained = server.drain()
  resolve()
  const answer = await asked
  assert.equal(answer.headers.get('connection'), 'close')
  assert.deepEqual((await resultsOf(answer))[0].outputs, { y: 1 })
  await drained
  await assert.rejects(fetch(`${server.url}/health/live`))
})
