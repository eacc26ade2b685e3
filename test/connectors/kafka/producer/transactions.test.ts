import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Producer } from '../../../../connectors/kafka/producer/producer.ts'
import { takeOver } from '../../../../connectors/kafka/producer/producer-id.ts'
import { Transactions } from '../../../../connectors/kafka/producer/transactions.ts'
import { KAFKA } from '../../../../connectors/kafka/protocol/kafka-errors.ts'
import { coded } from '../../../support/kafka-failures.ts'
import { ScriptedCluster } from '../../../support/scripted-cluster.ts'
import { batchOfTexts } from '../../../support/text-records.ts'

const owner = { transactionalId: 'job.0-1', producerId: 9, epoch: 2 }
const always = { topic: 'state', partition: 1 }
const positions = [{ topic: 'in', partition: 1, offset: 5 }]

function start() {
  const cluster = new ScriptedCluster()
  const transactions = new Transactions({
    ...{ cluster, owner, timeoutMs: 1000, group: 'job', always },
    place: { job: 'job' },
  })
  const producer = new Producer(cluster, transactions, {})
  const checkpoint = () => producer.append('state', 1, batchOfTexts(['state']))
  const commit = () => transactions.commit(producer, checkpoint, positions)
  return { cluster, transactions, producer, commit }
}

test('partitions of one turn are announced together, once, before they are written to', async () => {
  const { cluster, producer, commit } = start()
  for (const partition of [0, 0, 2]) void producer.append('out', partition, batchOfTexts(['a']))
  await commit()
  assert.deepEqual(cluster.announced, ['state-1 out-0 out-2'])
  assert.equal(cluster.asked[0], 'AddPartitionsToTxn')
  assert.equal(cluster.asked[1], 'AddOffsetsToTxn')
  assert.equal(cluster.asked.at(-1), 'EndTxn')
  await commit()
  assert.deepEqual(cluster.announced, ['state-1 out-0 out-2', 'state-1'])
  assert.deepEqual(cluster.decided, ['commit', 'commit'])
  assert.deepEqual(
    cluster.sent.map(({ bytes }) => bytes.readInt16BE(21) & 16),
    cluster.sent.map(() => 16),
  )
})

test('a commit whose answer is lost is asked for again, and never taken back', async () => {
  const { cluster, producer, transactions, commit } = start()
  cluster.next(
    'EndTxn',
    'lost answer',
    'disconnect',
    KAFKA.CONCURRENT_TRANSACTIONS,
    KAFKA.COORDINATOR_NOT_AVAILABLE,
  )
  void producer.append('out', 0, batchOfTexts(['a']))
  await commit()
  assert.deepEqual(cluster.decided, ['commit', 'commit'])
  assert.equal(cluster.count('EndTxn'), 5)
  assert.ok(cluster.forgotten.includes('transaction'))
  // Under a new epoch, whose records are counted anew: what is late comes too late.
  assert.equal(cluster.count('InitProducerId'), 1)
  void producer.append('out', 0, batchOfTexts(['b']))
  await commit()
  assert.equal(cluster.count('InitProducerId'), 1)
  const numbered = cluster.sent.filter(({ topic }) => topic === 'out').map(({ bytes }) => bytes)
  assert.deepEqual(
    numbered.map(bytes => [Number(bytes.readBigInt64BE(43)), bytes.readInt16BE(51), bytes.readInt32BE(53)]),
    [
      [9, 2, 0],
      [5, 3, 0],
    ],
  )
  await transactions.abort()
  assert.deepEqual(cluster.decided, ['commit', 'commit', 'commit'])
})

test('a commit that the broker refuses in the end is not followed by an abort', async () => {
  const { cluster, transactions, commit } = start()
  cluster.next('EndTxn', 'lost answer', KAFKA.PRODUCER_FENCED)
  await assert.rejects(commit(), coded('HR_TASK_FENCED', /EndTxn for job\.0-1: PRODUCER_FENCED.*job job/))
  await transactions.abort()
  assert.deepEqual(cluster.decided, ['commit'])
})

test('while the transaction before is being settled the next one begins a little later', async () => {
  const { cluster, producer, commit } = start()
  const { CONCURRENT_TRANSACTIONS } = KAFKA
  cluster.next('AddPartitionsToTxn', CONCURRENT_TRANSACTIONS, CONCURRENT_TRANSACTIONS)
  cluster.next('AddOffsetsToTxn', CONCURRENT_TRANSACTIONS)
  cluster.next('TxnOffsetCommit', KAFKA.COORDINATOR_LOAD_IN_PROGRESS, KAFKA.NOT_COORDINATOR)
  void producer.append('out', 0, batchOfTexts(['a']))
  await commit()
  assert.deepEqual(cluster.decided, ['commit'])
  assert.deepEqual(cluster.notices, [])
  assert.deepEqual(cluster.forgotten, ['group'])
})

for (const request of ['AddPartitionsToTxn', 'AddOffsetsToTxn', 'TxnOffsetCommit', 'Produce', 'EndTxn']) {
  test(`fenced at ${request}: the task can commit no more, and does not begin anew`, async () => {
    const { cluster, producer, transactions, commit } = start()
    cluster.next(request, KAFKA.INVALID_PRODUCER_EPOCH)
    await assert.rejects(commit(), coded('HR_TASK_FENCED', new RegExp(`${request}.*INVALID_PRODUCER_EPOCH`)))
    producer.fail(new Error('fenced'))
    await producer.stop()
    await assert.rejects(commit())
    await transactions.abort()
    assert.ok(!cluster.decided.includes('commit'))
    assert.equal(cluster.count('InitProducerId'), 0)
  })
}

test('of several partitions the reason counts, not what was left undone because of it', async () => {
  const { cluster, commit } = start()
  cluster.next('AddPartitionsToTxn', KAFKA.OPERATION_NOT_ATTEMPTED)
  await assert.rejects(commit(), coded('HR_KAFKA_REFUSED', /OPERATION_NOT_ATTEMPTED/))
})

test('what was not committed is aborted; where nothing was begun, nothing is', async () => {
  const { cluster, producer, transactions } = start()
  await transactions.abort()
  assert.deepEqual(cluster.asked, [])
  void producer.append('out', 0, batchOfTexts(['a']))
  await producer.drained()
  await transactions.abort()
  assert.deepEqual(cluster.decided, ['abort'])
})

test('a task that is closed while it commits does one or the other', async () => {
  const { cluster, producer, transactions, commit } = start()
  const refused = assert.rejects(commit(), coded('HR_STATE_FAILED', /closed/))
  await producer.stop()
  await transactions.abort()
  await refused
  assert.ok(!cluster.decided.includes('commit'))
})

test('taking over waits for what was left open to be aborted, wherever the coordinator is', async () => {
  const cluster = new ScriptedCluster()
  cluster.next('InitProducerId', KAFKA.NOT_COORDINATOR, 'disconnect', KAFKA.CONCURRENT_TRANSACTIONS)
  assert.deepEqual(await takeOver(cluster, 'id', 1000, {}), {
    transactionalId: 'id',
    producerId: 5,
    epoch: 3,
  })
  assert.deepEqual(cluster.forgotten, ['transaction', 'transaction'])
  cluster.next('InitProducerId', KAFKA.INVALID_TRANSACTION_TIMEOUT)
  const tooLong = coded('HR_CONFIG_INVALID', /transactionTimeoutMs is 9.*transaction\.max\.timeout\.ms/)
  await assert.rejects(takeOver(cluster, 'id', 9, {}), tooLong)
})
