import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seed } from '../support/property.ts'
import { needs } from '../support/services/missing.ts'
import { faultKinds } from './kafka/faults.ts'
import { runKafkaRound } from './kafka/round.ts'
import { outputTopics, recordsOf } from './outputs.ts'

await needs('Kafka')

test('what is done to engines and brokers changes nothing in the output', async t => {
  t.diagnostic(`HEADRACE_SEED=${seed}`)
  const { outcome, done, rows, rebalances } = await runKafkaRound({ seed, faults: faultKinds.length })
  assert.deepEqual(Object.keys(done).toSorted(), faultKinds.toSorted())
  assert.ok(
    rows > 1000 && rebalances > 3,
    `${rows} rows, ${rebalances} rebalances: too little to say anything`,
  )
  for (const topic of outputTopics()) assert.ok(recordsOf(outcome, topic) > 0, `nothing came out in ${topic}`)
})
