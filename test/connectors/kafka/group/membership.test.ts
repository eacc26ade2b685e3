import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { describe, test } from 'node:test'
import { AssignerProtocol, Kafka, logLevel } from 'kafkajs'
import { Cluster } from '../../../../connectors/kafka/cluster/cluster.ts'
import type { MembershipOptions } from '../../../../connectors/kafka/group/membership.ts'
import { KafkaMembership } from '../../../../connectors/kafka/group/membership.ts'
import { isHeadraceError } from '../../../../engine/errors.ts'
import type { SharedTask } from '../../../../engine/home.ts'
import { kafka, uniqueName } from '../../../support/services/kafka.ts'

/** The shortest that brokers accept by default. */
const sessionTimeoutMs = 6000

const { brokers } = await kafka()

interface MemberOptions extends Partial<MembershipOptions> {
  readonly capacity?: number
  readonly partitions?: number
}

/** A process of its own, as far as the group can tell. */
async function memberOf(t: TestContext, job: string, options: MemberOptions = {}) {
  const { capacity = 1, partitions = 8, ...more } = options
  const cluster = await Cluster.open({ brokers, clientId: job }, () => {})
  const plan = { job, capacity, tasks: tasksOf(partitions) }
  const member = KafkaMembership.join(cluster, plan, { sessionTimeoutMs, notify: () => {}, ...more })
  t.after(async () => {
    await member.leave()
    await cluster.close()
  })
  return { cluster, member, next: () => member.next(t.signal) }
}

function tasksOf(partitions: number): SharedTask[] {
  return Array.from({ length: partitions }, (_, partition) => ({
    name: `0-${partition}`,
    stage: 0,
    partition,
    inputs: ['clicks'],
    stateful: true,
  }))
}

const all = tasksOf(8).map(({ name }) => name)

function admin(t: TestContext) {
  const client = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING }).admin()
  t.after(() => client.disconnect())
  return client
}

describe('a group of processes', { concurrency: true }, () => {
  test('one has all tasks; who comes gets a share, who stays keeps the rest, who leaves gives back', async t => {
    const job = uniqueName('group-share')
    const first = await memberOf(t, job)
    assert.deepEqual(await first.next(), all)
    const second = await memberOf(t, job)
    const [kept, given] = await Promise.all([first.next(), second.next()])
    assert.deepEqual([kept.length, [...kept, ...given].sort()], [4, all])
    const third = await memberOf(t, job, { capacity: 2 })
    const shares = await Promise.all([first.next(), second.next(), third.next()])
    assert.deepEqual([shares.map(({ length }) => length), shares.flat().sort()], [[2, 2, 4], all])
    assert.ok(shares[0].every(name => kept.includes(name)) && shares[1].every(name => given.includes(name)))
    await third.member.leave()
    assert.deepEqual([...(await first.next()), ...(await second.next())].sort(), all)
  })

  test('who has three times the capacity has three times the tasks', async t => {
    const job = uniqueName('group-capacity')
    const large = await memberOf(t, job, { capacity: 3 })
    assert.equal((await large.next()).length, 8)
    const small = await memberOf(t, job)
    assert.deepEqual([(await small.next()).length, (await large.next()).length], [2, 6])
  })

  test('who dies is replaced when its session is over', async t => {
    const job = uniqueName('group-death')
    const dying = await memberOf(t, job)
    await dying.next()
    const other = await memberOf(t, job)
    await Promise.all([dying.next(), other.next()])
    const begun = performance.now()
    await dying.cluster.close()
    assert.deepEqual(await other.next(), all)
    assert.ok(performance.now() - begun > sessionTimeoutMs / 2)
  })

  test('who comes back under its instance id has the tasks that it had, and nobody else is asked', async t => {
    const job = uniqueName('group-static')
    const first = await memberOf(t, job, { instanceId: 'first' })
    await first.next()
    const second = await memberOf(t, job, { instanceId: 'second' })
    const [kept] = await Promise.all([first.next(), second.next()])
    const { memberId, generation } = first.member.pass()
    await first.member.leave()
    const restarted = await memberOf(t, job, { instanceId: 'first' })
    assert.deepEqual(await restarted.next(), kept)
    assert.equal(restarted.member.pass().generation, generation)
    assert.notEqual(restarted.member.pass().memberId, memberId)
    assert.equal(second.member.pass().generation, generation)
  })

  test('who comes back under its instance id and knows more tasks has the group assign them', async t => {
    const job = uniqueName('group-growth')
    const first = await memberOf(t, job, { instanceId: 'only', partitions: 4 })
    assert.equal((await first.next()).length, 4)
    await first.member.leave()
    const restarted = await memberOf(t, job, { instanceId: 'only' })
    assert.equal((await restarted.next()).length, 4)
    assert.deepEqual(await restarted.next(), all)
  })

  test('of two with one instance id the later one is the member', async t => {
    const job = uniqueName('group-fenced')
    const first = await memberOf(t, job, { instanceId: 'same' })
    await first.next()
    const second = await memberOf(t, job, { instanceId: 'same' })
    assert.deepEqual(await second.next(), all)
    await assert.rejects(first.next(), (error: unknown) => isHeadraceError(error, 'HR_INSTANCE_TAKEN'))
  })

  test('a rebalance that is asked for is one for all', async t => {
    const job = uniqueName('group-rejoin')
    const first = await memberOf(t, job)
    await first.next()
    const second = await memberOf(t, job)
    const shares = await Promise.all([first.next(), second.next()])
    const { generation } = second.member.pass()
    // A follower whose words have not changed would be told the same again, without a rebalance.
    for (const { member } of [first, second]) {
      member.rejoin('test')
      assert.deepEqual(await Promise.all([first.next(), second.next()]), shares)
    }
    assert.equal(second.member.pass().generation, generation + 2)
  })

  test('tasks that only the newer process knows go to it until the other has learnt of them', async t => {
    const job = uniqueName('group-ahead')
    const behind = await memberOf(t, job, { partitions: 4 })
    await behind.next()
    const ahead = await memberOf(t, job)
    assert.deepEqual(await ahead.next(), all.slice(4))
    assert.deepEqual(await behind.next(), all.slice(0, 4))
    behind.member.replan({ job, capacity: 1, tasks: tasksOf(8) })
    assert.deepEqual([await behind.next(), await ahead.next()], [all.slice(0, 4), all.slice(4)])
  })

  test('a group that others consume with is refused with a code, and so is a session that is too short', async t => {
    const job = uniqueName('group-foreign')
    const admin_ = admin(t)
    await admin_.createTopics({ topics: [{ topic: job }] })
    const consumer = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING }).consumer({
      groupId: job,
    })
    t.after(() => consumer.disconnect())
    const there = new Promise(resolve => consumer.on(consumer.events.GROUP_JOIN, resolve))
    await consumer.subscribe({ topic: job })
    await consumer.run({ eachBatch: async () => {} })
    await there
    const { next } = await memberOf(t, job)
    await assert.rejects(next(), (error: unknown) => isHeadraceError(error, 'HR_GROUP_TAKEN'))
    const hasty = await memberOf(t, uniqueName('group-hasty'), { sessionTimeoutMs: 10 })
    await assert.rejects(hasty.next(), (error: unknown) => isHeadraceError(error, 'HR_CONFIG_INVALID'))
  })

  test('tools are shown who reads what', async t => {
    const job = uniqueName('group-tools')
    const first = await memberOf(t, job)
    await first.next()
    const second = await memberOf(t, job)
    const shares = await Promise.all([first.next(), second.next()])
    const { groups } = await admin(t).describeGroups([job])
    assert.deepEqual(
      groups.map(({ state, protocol, protocolType }) => [state, protocol, protocolType]),
      [['Stable', 'headrace', 'consumer']],
    )
    const shown = groups[0].members.map(({ memberId, clientId, memberAssignment }) => {
      assert.equal(clientId, job)
      return [memberId, AssignerProtocol.MemberAssignment.decode(memberAssignment)?.assignment]
    })
    const expected = [first, second].map(({ member }, index) => [
      member.pass().memberId,
      { clicks: shares[index].map(name => Number(name.slice(2))) },
    ])
    assert.deepEqual(Object.fromEntries(shown), Object.fromEntries(expected))
  })
})
