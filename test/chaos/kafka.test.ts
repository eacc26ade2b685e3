import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seed } from '../support/property.ts'
import { needs } from '../support/services/missing.ts'
import { chaosSubject } from './chaos-subject.ts'
import { decks } from './kafka/faults.ts'
import { runKafkaRound } from './kafka/round.ts'
import { missingIn } from './outputs.ts'

await needs('Kafka')

test('what is done to engines and brokers changes nothing in the output', async t => {
  t.diagnostic(`HEADRACE_SEED=${seed}`)
  const deck = decks.files
  const { outcome, done, rows, rebalances } = await runKafkaRound({
    subject: 'chaos',
    seed,
    stores: 'files',
    faults: deck.length,
  })
  assert.deepEqual(Object.keys(done).toSorted(), deck.toSorted())
  assert.ok(
    rows > 1000 && rebalances > 3,
    `${rows} rows, ${rebalances} rebalances: too little to say anything`,
  )
  assert.deepEqual(missingIn(outcome, chaosSubject), [])
})
