import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Producer } from '../../../../connectors/kafka/producer/producer.ts'
import { KAFKA } from '../../../../connectors/kafka/protocol/kafka-errors.ts'
import { RecordTrimmer } from '../../../../connectors/kafka/state/record-trimmer.ts'
import { StateChain } from '../../../../connectors/kafka/state/state-chain.ts'
import { KafkaStateLog } from '../../../../connectors/kafka/state/state-log.ts'
import { limits } from '../../../../engine/limits.ts'
import { ScriptedCluster } from '../../../support/scripted-cluster.ts'

const at = (partition: number, offset: number) => ({ topic: 'state', partition, offset })

test('records are deleted beside the work: what is asked meanwhile is left to the next time', async () => {
  const cluster = new ScriptedCluster()
  const trimmer = new RecordTrimmer(cluster)
  trimmer.trim([at(0, 5), at(1, 6)])
  trimmer.trim([at(0, 7)])
  await trimmer.close()
  trimmer.trim([at(0, 8)])
  await trimmer.close()
  assert.deepEqual(cluster.kept, ['state-0 5', 'state-1 6'])
})

test('that records cannot be deleted is said once, and does not keep others from being deleted', async () => {
  const cluster = new ScriptedCluster()
  const trimmer = new RecordTrimmer(cluster)
  cluster.next('DeleteRecords', KAFKA.TOPIC_AUTHORIZATION_FAILED, 0, 'disconnect', KAFKA.OFFSET_OUT_OF_RANGE)
  for (const offset of [1, 2]) {
    trimmer.trim([at(0, offset), at(1, offset)])
    await trimmer.idle()
  }
  assert.deepEqual(cluster.kept, ['state-1 1'])
  assert.deepEqual(cluster.forgotten, ['state', 'state'])
  const told = cluster.notices.map(({ message, topic, partition }) => [message, topic, partition])
  const message = 'records that are not needed any more stay where they are: TOPIC_AUTHORIZATION_FAILED'
  assert.deepEqual(told, [[message, 'state', 0]])
})

test('nothing is deleted where the broker has not told at which offset the snapshot begins', async () => {
  for (const [trouble, kept] of [
    [KAFKA.DUPLICATE_SEQUENCE_NUMBER, []],
    [KAFKA.NONE, ['state-0 0']],
  ] as const) {
    const cluster = new ScriptedCluster()
    const trimmer = new RecordTrimmer(cluster)
    const identity = { producerId: 9, epoch: 2, transactionalId: null }
    const producer = new Producer(cluster, { identity, admit: () => {} }, {})
    const before = new StateChain()
    before.readBytes = limits.stateTrimBytes + 1
    const log = new KafkaStateLog(producer, trimmer, { topic: 'state', partition: 0 }, before)
    cluster.next('Produce', trouble)
    await log.write({ kind: 'snapshot', payload: new Uint8Array(limits.stateChunkBytes + 1) })
    await producer.drained()
    log.committed()
    await trimmer.close()
    assert.equal(cluster.sent.length, 2)
    assert.deepEqual(cluster.kept, kept)
  }
})
