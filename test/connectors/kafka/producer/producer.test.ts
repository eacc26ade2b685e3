import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { PartitionQueue } from '../../../../connectors/kafka/producer/partition-queue.ts'
import { Producer } from '../../../../connectors/kafka/producer/producer.ts'
import { UnsentRoom } from '../../../../connectors/kafka/producer/unsent-room.ts'
import { KAFKA } from '../../../../connectors/kafka/protocol/kafka-errors.ts'
import { limits, setLimits } from '../../../../engine/limits.ts'
import { coded } from '../../../support/kafka-failures.ts'
import { ScriptedCluster } from '../../../support/scripted-cluster.ts'
import { batchOfTexts } from '../../../support/text-records.ts'

const identity = { producerId: 9, epoch: 2, transactionalId: null }

function start(admit: () => void | Promise<void> = () => {}) {
  const cluster = new ScriptedCluster()
  return { cluster, producer: new Producer(cluster, { identity, admit }, { job: 'job' }) }
}

const sequences = (cluster: ScriptedCluster) => cluster.sent.map(({ bytes }) => bytes.readInt32BE(53))
const placesOf = (cluster: ScriptedCluster) =>
  cluster.sent.map(({ request, node, partition }) => `${request}: ${node} ${partition}`)

test('batches of one turn go together to each leader; of one partition one at a time, in order', async () => {
  const { cluster, producer } = start()
  for (const partition of [0, 1, 2, 2, 3]) void producer.append('out', partition, batchOfTexts(['a', 'b']))
  await producer.drained()
  assert.deepEqual(placesOf(cluster), ['1: 0 0', '1: 0 2', '2: 1 1', '2: 1 3', '3: 0 2'])
  assert.deepEqual(sequences(cluster), [0, 0, 0, 0, 2])
  assert.deepEqual(
    cluster.sent.map(({ bytes }) => [Number(bytes.readBigInt64BE(43)), bytes.readInt16BE(51)]),
    cluster.sent.map(() => [9, 2]),
  )
})

test('a request holds no more than its bytes, however much is ready', async t => {
  const before = limits.kafkaProduceBytes
  t.after(() => setLimits({ kafkaProduceBytes: before }))
  const batch = batchOfTexts(['x'.repeat(100)])
  setLimits({ kafkaProduceBytes: batch.length * 2 })
  const { cluster, producer } = start()
  for (const partition of [0, 2, 4, 6, 8]) void producer.append('out', partition, batch)
  await producer.drained()
  assert.deepEqual(placesOf(cluster), ['1: 0 0', '1: 0 2', '2: 0 4', '2: 0 6', '3: 0 8'])
})

test('what passes is repeated with the same bytes, to whoever leads by then', async () => {
  const { cluster, producer } = start()
  cluster.leaderOf = () => cluster.forgotten.length
  cluster.next(
    'Produce',
    KAFKA.NOT_LEADER_OR_FOLLOWER,
    'disconnect',
    'lost answer',
    KAFKA.NOT_ENOUGH_REPLICAS,
  )
  const acked: number[] = []
  void producer.append('out', 0, batchOfTexts(['a']), { acked: offset => acked.push(offset) })
  void producer.append('out', 0, batchOfTexts(['b']))
  await producer.drained()
  assert.deepEqual(sequences(cluster), [0, 0, 0, 0, 1])
  assert.equal(new Set(cluster.sent.slice(0, 4).map(({ bytes }) => bytes.toString('hex'))).size, 1)
  assert.deepEqual(cluster.forgotten, ['out', 'out', 'out'])
  assert.deepEqual(
    cluster.sent.map(({ node }) => node),
    [0, 2, 3, 3, 3],
  )
  assert.deepEqual(acked, [1])
})

test('a batch that the broker has already is one that has arrived', async () => {
  const { cluster, producer } = start()
  cluster.next('Produce', 'lost answer', KAFKA.DUPLICATE_SEQUENCE_NUMBER)
  await producer.append('out', 0, batchOfTexts(['a']))
  await producer.drained()
  assert.equal(cluster.sent.length, 2)
})

for (const [code, expected, words] of [
  [KAFKA.INVALID_PRODUCER_EPOCH, 'HR_TASK_FENCED', /another process has taken over.*INVALID_PRODUCER_EPOCH/],
  [KAFKA.PRODUCER_FENCED, 'HR_TASK_FENCED', /PRODUCER_FENCED.*job job, topic out, partition 3/],
  [KAFKA.INVALID_PRODUCER_ID_MAPPING, 'HR_TASK_FENCED', /INVALID_PRODUCER_ID_MAPPING/],
  [KAFKA.TRANSACTION_ABORTABLE, 'HR_TRANSACTION_ABORTED', /TRANSACTION_ABORTABLE/],
  [KAFKA.INVALID_TXN_STATE, 'HR_TRANSACTION_ABORTED', /INVALID_TXN_STATE/],
  [KAFKA.OUT_OF_ORDER_SEQUENCE_NUMBER, 'HR_TRANSACTION_ABORTED', /OUT_OF_ORDER_SEQUENCE_NUMBER/],
  [KAFKA.MESSAGE_TOO_LARGE, 'HR_MESSAGE_TOO_LARGE', /max\.message\.bytes.*topic out/],
  [KAFKA.TOPIC_AUTHORIZATION_FAILED, 'HR_KAFKA_AUTH', /TOPIC_AUTHORIZATION_FAILED/],
  [KAFKA.INVALID_TIMESTAMP, 'HR_KAFKA_REFUSED', /INVALID_TIMESTAMP.*message\.timestamp\.after\.max\.ms/],
] as const) {
  test(`error ${code} of a broker ends it for good: ${expected}`, async () => {
    const { cluster, producer } = start()
    cluster.next('Produce', code)
    void producer.append('out', 3, batchOfTexts(['a']))
    void producer.append('out', 3, batchOfTexts(['b']))
    await assert.rejects(producer.drained(), coded(expected, words))
    assert.throws(() => producer.append('out', 0, batchOfTexts(['c'])), coded(expected, words))
    await producer.stop()
    assert.equal(cluster.count('Produce'), 1)
  })
}

test('nothing is sent to a partition before it is admitted', async () => {
  const admitted = Promise.withResolvers<void>()
  const { cluster, producer } = start(() => admitted.promise)
  void producer.append('out', 0, batchOfTexts(['a']))
  await nextTurn()
  await nextTurn()
  assert.equal(cluster.count('Produce'), 0)
  admitted.resolve()
  await producer.drained()
  assert.equal(cluster.count('Produce'), 1)
})

test('with too much on its way an append is only done when that is better', async t => {
  const before = limits.kafkaUnsentBytes
  t.after(() => setLimits({ kafkaUnsentBytes: before }))
  const batch = batchOfTexts(['a'])
  setLimits({ kafkaUnsentBytes: batch.length * 2 })
  const { cluster, producer } = start()
  const opened = Promise.withResolvers<void>()
  cluster.gate = opened.promise
  assert.equal(producer.append('out', 0, batch), undefined)
  assert.equal(producer.append('out', 0, batch), undefined)
  const third = producer.append('out', 0, batch)
  const order: string[] = []
  const both = Promise.all([
    Promise.resolve(third).then(() => order.push('third')),
    producer.drained().then(() => order.push('all')),
  ])
  await nextTurn()
  assert.deepEqual(order, [])
  opened.resolve()
  await both
  assert.deepEqual(order, ['third', 'all'])
})

test('what may be on its way is shared by the producers of a thread, as many as they are', async t => {
  const { kafkaUnsentBytes, kafkaThreadUnsentBytes } = limits
  t.after(() => setLimits({ kafkaUnsentBytes, kafkaThreadUnsentBytes }))
  setLimits({ kafkaUnsentBytes: 100, kafkaThreadUnsentBytes: 200 })
  const room = new UnsentRoom()
  const shares: number[] = []
  const producers: Producer[] = []
  for (let k = 0; k < 4; k++) {
    producers.push(new Producer(new ScriptedCluster(), { identity, admit: () => {} }, {}, room))
    shares.push(room.share)
  }
  for (const producer of producers.slice(1)) await producer.stop()
  assert.deepEqual([...shares, room.share], [100, 100, 200 / 3, 50, 100])
})

test('a producer that is stopped tells whoever waits, and waits itself for what is under way', async () => {
  const { cluster, producer } = start()
  const opened = Promise.withResolvers<void>()
  cluster.gate = opened.promise
  void producer.append('out', 0, batchOfTexts(['a']))
  void producer.append('out', 0, batchOfTexts(['b']))
  const waiting = assert.rejects(producer.drained(), coded('HR_STATE_FAILED', /closed/))
  await nextTurn()
  await nextTurn()
  let stopped = false
  const stopping = producer.stop().then(() => (stopped = true))
  await waiting
  assert.equal(stopped, false)
  opened.resolve()
  await stopping
  assert.equal(cluster.sent.length, 1)
})

test('record numbers begin anew behind the largest that there is', () => {
  const queue = new PartitionQueue('out', 0)
  assert.equal(queue.take(2 ** 31 - 2), 0)
  assert.equal(queue.take(5), 2 ** 31 - 2)
  assert.equal(queue.take(1), 3)
  assert.equal(queue.take(2 ** 31 - 4), 4)
  assert.equal(queue.take(1), 0)
})
