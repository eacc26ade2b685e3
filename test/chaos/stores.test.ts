import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seed } from '../support/property.ts'
import { needs } from '../support/services/missing.ts'
import { chaosSubject } from './chaos-subject.ts'
import { runKafkaRound } from './kafka/round.ts'
import { missingIn } from './outputs.ts'

await needs('Kafka')
await needs('Redis')
await needs('InfluxDB')

test('what is done to engines, Redis and InfluxDB changes nothing in topics, views and series', async t => {
  t.diagnostic(`HEADRACE_SEED=${seed}`)
  const { outcome, rows } = await runKafkaRound({ subject: 'chaos', seed, stores: 'servers', faults: 4 })
  assert.ok(rows > 1000, `${rows} rows: too little to say anything`)
  assert.deepEqual(missingIn(outcome, chaosSubject), [])
})
