import assert from 'node:assert/strict'
import { test } from 'node:test'
import { KafkaMembership } from '../../../connectors/kafka/group/membership.ts'
import { delta, KafkaJob, snapshot } from '../../support/kafka-job.ts'
import { OtherClient } from '../../support/kafkajs-client.ts'
import { until } from '../../support/services/until.ts'

async function offsets(other: OtherClient, job: KafkaJob): Promise<string> {
  const [{ partitions }] = await other.admin.fetchOffsets({ groupId: job.name, topics: [job.in] })
  return partitions.map(({ partition, offset }) => `${partition} ${offset}`).join()
}

async function join(job: KafkaJob): Promise<KafkaMembership> {
  const plan = { job: job.name, tasks: job.tasks, capacity: 1 }
  const membership = await KafkaMembership.join(job.cluster, plan, { notify: job.cluster.notify })
  assert.deepEqual(await membership.next(new AbortController().signal), ['0-0'])
  return membership
}

test('while the group has members a transaction commits its offsets, whoever is in it', async t => {
  const job = await KafkaJob.start(t)
  const other = await OtherClient.open(t, job.brokers)
  const member = await join(job)
  t.after(() => member.leave())
  const home = await job.open()
  await home.commit(snapshot('1'), [], [job.at(11)])
  await until('offset', async () => (await offsets(other, job)) === '0 11')
  assert.deepEqual(job.reading.notices, [])
})

test('at least once a member commits offsets as one; an outsider is refused, which is said', async t => {
  const job = await KafkaJob.start(t)
  const other = await OtherClient.open(t, job.brokers)
  const member = await join(job)
  t.after(() => member.leave())
  const guarantee = 'at-least-once'
  const home = await job.open({ guarantee, membership: () => member.pass() })
  await home.commit(snapshot('1'), [], [job.at(12)])
  await until('offset', async () => (await offsets(other, job)) === '0 12')
  assert.equal(job.reading.notices.length, 0)
  const outsider = await job.open({ guarantee })
  await until('notice', async () => {
    await outsider.commit(delta('2'), [], [job.at(13)])
    return job.reading.notices.length > 0
  })
  assert.equal(await offsets(other, job), '0 12')
  assert.match(job.reading.notices[0].message, /takes no offsets.*UNKNOWN_MEMBER_ID/)
})
