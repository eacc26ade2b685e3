import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import type { MembershipOptions } from '../../../../connectors/kafka/group/membership.ts'
import { KafkaMembership } from '../../../../connectors/kafka/group/membership.ts'
import { KAFKA } from '../../../../connectors/kafka/protocol/kafka-errors.ts'
import { isHeadraceError } from '../../../../engine/errors.ts'
import type { GroupPlan } from '../../../../engine/home.ts'
import { CoordinatorOfOne } from '../../../support/coordinator-of-one.ts'
import { until } from '../../../support/services/until.ts'

const names = ['0-0', '0-1']

const plan: GroupPlan = {
  job: 'job',
  capacity: 1,
  tasks: names.map((name, partition) => ({ name, stage: 0, partition, inputs: ['clicks'], stateful: true })),
}

function joined(t: TestContext, options: Partial<MembershipOptions> = {}) {
  const coordinator = new CoordinatorOfOne()
  const notices: string[] = []
  const notify: MembershipOptions['notify'] = ({ message }) => notices.push(message)
  const member = KafkaMembership.join(coordinator, plan, { sessionTimeoutMs: 1000, notify, ...options })
  t.after(() => member.leave())
  return { coordinator, notices, member, next: () => member.next(t.signal) }
}

test('a member that the group does not know any more loses its tasks first, and joins as a new one', async t => {
  const { coordinator, member, notices, next } = joined(t)
  assert.deepEqual(await next(), names)
  const { memberId } = member.pass()
  coordinator.once('Heartbeat', KAFKA.UNKNOWN_MEMBER_ID)
  assert.deepEqual(await next(), [])
  assert.deepEqual(await next(), names)
  assert.notEqual(member.pass().memberId, memberId)
  assert.equal(member.pass().generation, 2)
  assert.match(notices.join('\n'), /group job: the group has gone on without us/)
})

test('a member of an older generation loses its tasks, however late it asks', async t => {
  const { coordinator, member, next } = joined(t)
  assert.deepEqual(await next(), names)
  const { memberId } = member.pass()
  coordinator.once('Heartbeat', KAFKA.ILLEGAL_GENERATION)
  await until('a new generation', () => member.pass().generation === 2)
  assert.deepEqual(await next(), [])
  assert.deepEqual(await next(), names)
  assert.equal(member.pass().memberId, memberId)
})

test('tasks are lost when joining again finds that the group has gone on', async t => {
  const { coordinator, next } = joined(t)
  assert.deepEqual(await next(), names)
  coordinator.once('Heartbeat', KAFKA.REBALANCE_IN_PROGRESS)
  coordinator.once('SyncGroup', KAFKA.UNKNOWN_MEMBER_ID)
  assert.deepEqual(await next(), [])
  assert.deepEqual(await next(), names)
})

test('a rebalance that begins anew is followed, and takes nothing away', async t => {
  const { coordinator, next, member } = joined(t)
  assert.deepEqual(await next(), names)
  coordinator.once('Heartbeat', KAFKA.REBALANCE_IN_PROGRESS)
  coordinator.once('SyncGroup', KAFKA.REBALANCE_IN_PROGRESS, KAFKA.REBALANCE_IN_PROGRESS)
  assert.deepEqual(await next(), names)
  assert.equal(member.pass().generation, 4)
})

test('a coordinator that answers no heartbeat for a session has given the tasks to others', async t => {
  const { coordinator, next, notices } = joined(t)
  assert.deepEqual(await next(), names)
  coordinator.once('Heartbeat', 'silence')
  assert.deepEqual(await next(), [])
  assert.deepEqual(await next(), names)
  assert.match(notices.join('\n'), /no heartbeat has been answered, so our tasks are given up/)
})

test('a thread that was busy for longer than the session knows before it asks', async t => {
  const { coordinator, next } = joined(t)
  assert.deepEqual(await next(), names)
  const beats = coordinator.count('Heartbeat')
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1100)
  assert.deepEqual(await next(), [])
  assert.equal(coordinator.count('Heartbeat'), beats)
  assert.deepEqual(await next(), names)
})

test('a coordinator that moves, or is away for a while, takes nothing away', async t => {
  const { coordinator, notices, member } = joined(t)
  assert.deepEqual(await member.next(t.signal), names)
  const lookups = coordinator.lookups
  coordinator.once('Heartbeat', KAFKA.NOT_COORDINATOR, 'disconnect', KAFKA.COORDINATOR_LOAD_IN_PROGRESS)
  await until('being there again', () => notices.length === 2)
  assert.match(notices[0], /the coordinator of group job is away: Heartbeat: NOT_COORDINATOR/)
  assert.match(notices[1], /is there again/)
  assert.equal(coordinator.lookups, lookups + 2)
  assert.equal(member.pass().generation, 1)
})

test('a coordinator that fails while it is joined is asked again', async t => {
  const coordinator = new CoordinatorOfOne()
  coordinator.once('JoinGroup', 'disconnect', KAFKA.COORDINATOR_NOT_AVAILABLE, KAFKA.MEMBER_ID_REQUIRED)
  coordinator.once('SyncGroup', KAFKA.NOT_COORDINATOR)
  const member = KafkaMembership.join(coordinator, plan, { notify: () => {} })
  t.after(() => member.leave())
  assert.deepEqual(await member.next(t.signal), names)
  assert.equal(coordinator.count('JoinGroup'), 5)
})

test('what a member cannot mend ends its membership with a code', async t => {
  const ends = [
    [KAFKA.FENCED_INSTANCE_ID, 'HR_INSTANCE_TAKEN'],
    [KAFKA.INCONSISTENT_GROUP_PROTOCOL, 'HR_GROUP_TAKEN'],
    [KAFKA.GROUP_AUTHORIZATION_FAILED, 'HR_KAFKA_AUTH'],
    [KAFKA.GROUP_MAX_SIZE_REACHED, 'HR_KAFKA_REFUSED'],
    [KAFKA.INVALID_SESSION_TIMEOUT, 'HR_CONFIG_INVALID'],
  ] as const
  for (const [trouble, code] of ends) {
    for (const request of ['JoinGroup', 'SyncGroup', 'Heartbeat']) {
      const { coordinator, next, member } = joined(t)
      if (request === 'Heartbeat') assert.deepEqual(await next(), names)
      coordinator.lasting.set(request, trouble)
      await assert.rejects(next(), (error: unknown) => isHeadraceError(error, code), `${request} ${code}`)
      await assert.rejects(next(), (error: unknown) => isHeadraceError(error, code))
      await member.leave()
    }
  }
})

test('several rebalances before it is asked are one answer, and each asked for gets an answer', async t => {
  const { member, next } = joined(t)
  await until('an assignment', () => member.pass().generation === 1)
  member.rejoin('first')
  await until('the next one', () => member.pass().generation === 2)
  assert.deepEqual(await next(), names)
  member.replan({ ...plan, tasks: plan.tasks.slice(0, 1) })
  assert.deepEqual(await next(), ['0-0'])
})

test('who asks again and again is made to wait longer and longer', async t => {
  const { coordinator, member, next } = joined(t, { sessionTimeoutMs: 60_000 })
  await next()
  const times: number[] = []
  for (let round = 0; round < 4; round++) {
    const begun = performance.now()
    member.rejoin('again')
    member.rejoin('at the same time')
    await next()
    times.push(performance.now() - begun)
  }
  assert.ok(times[1] > 99 && times[2] > 199 && times[3] > 399, times.join())
  assert.equal(coordinator.count('JoinGroup'), 5)
})

test('leaving says so once, ends every wait, and never fails', async t => {
  const { coordinator, member, next } = joined(t)
  await next()
  const waiting = assert.rejects(next(), { name: 'AbortError' })
  coordinator.lasting.set('LeaveGroup', 'disconnect')
  await Promise.all([member.leave(), member.leave(), waiting])
  await assert.rejects(next(), { name: 'AbortError' })
  assert.equal(coordinator.count('LeaveGroup'), 1)
})

test('a member can leave while it waits for the others', async t => {
  const { coordinator, member, next } = joined(t)
  await next()
  coordinator.lasting.set('JoinGroup', 'silence')
  member.rejoin('to wait')
  await until('the wait', () => coordinator.count('JoinGroup') === 2)
  await member.leave()
  assert.equal(coordinator.asked.at(-1), 'LeaveGroup')
})

test('who may come back under its instance id does not say that it leaves', async t => {
  const { coordinator, member, next } = joined(t, { instanceId: 'pod-1' })
  await next()
  await member.leave()
  assert.equal(coordinator.count('LeaveGroup'), 0)
})
