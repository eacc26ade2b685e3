import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OffsetReports } from '../../../connectors/kafka/producer/offset-reports.ts'
import { KAFKA } from '../../../connectors/kafka/protocol/kafka-errors.ts'
import { coded } from '../../support/kafka-failures.ts'
import { delta, KafkaJob, restored, snapshot, write } from '../../support/kafka-job.ts'
import { OtherClient } from '../../support/kafkajs-client.ts'
import { ScriptedCluster } from '../../support/scripted-cluster.ts'
import { batchOfTexts } from '../../support/text-records.ts'

const guarantee = 'at-least-once'

test('at least once: outputs are visible when they are written, state when it is committed', async t => {
  const job = await KafkaJob.start(t)
  const other = await OtherClient.open(t, job.brokers)
  const home = await job.open({ guarantee })
  await write(job, home, snapshot('1'), 'a')
  await home.append(job.out, 0, batchOfTexts(['b']))
  await home.commit(delta('2'), [], [job.at(7)])
  await home.append(job.out, 0, batchOfTexts(['twice']))
  await home.close()
  const again = await job.open({ guarantee })
  assert.deepEqual(restored(again), ['snapshot 1', 'delta 2'])
  await write(job, again, delta('3'), 'twice')
  await again.close()
  assert.ok((await job.committed()).join().startsWith('a,b,'))
  assert.equal((await job.committed()).at(-1), 'twice')
  const [told] = await other.admin.fetchOffsets({ groupId: job.name, topics: [job.in] })
  assert.deepEqual(
    told.partitions.map(({ offset }) => offset),
    ['7'],
  )
  assert.deepEqual(job.reading.notices, [])
})

test('at least once nobody is fenced: what an overtaken one writes does not mix with the state of the other', async t => {
  const job = await KafkaJob.start(t)
  const first = await job.open({ guarantee })
  await write(job, first, snapshot('a0'), 'a0')
  const second = await job.open({ guarantee })
  assert.deepEqual(restored(second), ['snapshot a0'])
  await write(job, second, snapshot('b0'), 'b0')
  await write(job, first, delta('a1'), 'a1')
  await write(job, second, delta('b1'), 'b1')
  assert.deepEqual(restored(await job.open({ guarantee })), ['snapshot b0', 'delta b1'])
  assert.deepEqual(await job.committed(), ['a0', 'b0', 'a1', 'b1'])
})

test('one guarantee goes on from the state of the other, once its last transaction is settled', async t => {
  const job = await KafkaJob.start(t)
  await write(job, await job.open({ guarantee }), snapshot('1'))
  const exact = await job.open()
  assert.deepEqual(restored(exact), ['snapshot 1'])
  await write(job, exact, delta('2'))
  for (let number = 3; number < 20; number++) {
    await write(job, exact, delta(`${number}`))
    assert.deepEqual(restored(await job.open({ guarantee })).at(-1), `delta ${number}`)
  }
})

const positions = [{ topic: 'in', partition: 0, offset: 5 }]

test('offsets are told one after the other; of those that wait, the newest', async () => {
  const cluster = new ScriptedCluster()
  const reports = new OffsetReports(cluster, 'job')
  for (let k = 0; k < 5; k++) reports.tell(positions)
  await reports.settled()
  assert.equal(cluster.count('OffsetCommit'), 2)
  reports.tell([])
  await reports.settled()
  assert.equal(cluster.count('OffsetCommit'), 2)
})

test('a group in motion may refuse offsets; that it goes on doing so is said, once', async () => {
  const cluster = new ScriptedCluster()
  const reports = new OffsetReports(cluster, 'job', () => ({
    memberId: 'm',
    generation: 3,
    instanceId: null,
  }))
  cluster.next(
    'OffsetCommit',
    KAFKA.REBALANCE_IN_PROGRESS,
    0,
    ...Array.from({ length: 4 }, () => KAFKA.UNKNOWN_MEMBER_ID),
  )
  const notices: number[] = []
  for (let k = 0; k < 6; k++) {
    reports.tell(positions)
    await reports.settled()
    notices.push(cluster.notices.length)
  }
  assert.deepEqual(notices, [0, 0, 0, 1, 1, 1])
  assert.match(cluster.notices[0].message, /group job takes no offsets.*UNKNOWN_MEMBER_ID/)
})

test('what a group refuses for good is an error of the next commit', async () => {
  const cluster = new ScriptedCluster()
  const reports = new OffsetReports(cluster, 'job')
  cluster.next('OffsetCommit', KAFKA.GROUP_AUTHORIZATION_FAILED)
  reports.tell(positions)
  await reports.settled()
  assert.throws(
    () => reports.tell(positions),
    coded('HR_KAFKA_AUTH', /OffsetCommit for job.*GROUP_AUTHORIZATION/),
  )
})
