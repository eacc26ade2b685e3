import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seed } from '../support/property.ts'
import { needs } from '../support/services/missing.ts'
import { decks } from './kafka/faults.ts'
import { runKafkaRound } from './kafka/round.ts'
import { missingIn } from './outputs.ts'

await needs('Kafka')
await needs('Redis')
await needs('InfluxDB')

test('what is done to engines, Redis and InfluxDB changes nothing in topics, views and series', async t => {
  t.diagnostic(`HEADRACE_SEED=${seed}`)
  const deck = decks.servers
  const { outcome, done, rows } = await runKafkaRound({ seed, stores: 'servers', faults: deck.length })
  assert.deepEqual(new Set(Object.keys(done)), new Set(deck))
  assert.ok(rows > 1000, `${rows} rows: too little to say anything`)
  assert.deepEqual(missingIn(outcome), [])
})
