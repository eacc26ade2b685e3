import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Producer } from '../../connectors/kafka/producer/producer.ts'
import { Transactions } from '../../connectors/kafka/producer/transactions.ts'
import { KAFKA } from '../../connectors/kafka/protocol/kafka-errors.ts'
import { coded } from '../support/kafka-failures.ts'
import { ScriptedCluster } from '../support/scripted-cluster.ts'
import { batchOfTexts } from '../support/text-records.ts'

// Kafka 4.1 throws where a commit meets the takeover that is about to fence it; the engine took that for the end.
test('a commit that meets a takeover at the broker is told of it when it asks again', async () => {
  const cluster = new ScriptedCluster()
  const owner = { transactionalId: 'job.0-1', producerId: 9, epoch: 2 }
  const always = { topic: 'state', partition: 1 }
  const parts = { cluster, owner, timeoutMs: 1000, group: 'job', always, place: { job: 'job' } }
  const transactions = new Transactions(parts)
  const producer = new Producer(cluster, transactions, {})
  cluster.next('EndTxn', KAFKA.UNKNOWN_SERVER_ERROR, KAFKA.PRODUCER_FENCED)
  const checkpoint = () => producer.append('state', 1, batchOfTexts(['state']))
  await assert.rejects(
    transactions.commit(producer, checkpoint, []),
    coded('HR_TASK_FENCED', /PRODUCER_FENCED/),
  )
  assert.equal(cluster.count('EndTxn'), 2)
})
