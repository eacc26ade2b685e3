import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { AssignerProtocol } from 'kafkajs'
import { encodeAssignment } from '../../../../connectors/kafka/group/consumer-protocol.ts'
import { assignmentOf, leadGroup, subscriptionOf } from '../../../../connectors/kafka/group/lead.ts'
import type { MemberWords } from '../../../../connectors/kafka/group/member-words.ts'
import { isHeadraceError } from '../../../../engine/errors.ts'
import { assertProperty } from '../../../support/property.ts'

const { MemberAssignment, MemberMetadata } = AssignerProtocol

/** The first stage reads two topics, the second one of them again and what the first has repartitioned. */
const known = [0, 1, 2, 3].flatMap(partition => [
  { stage: 0, partition, inputs: ['clicks', 'users'] },
  { stage: 1, partition, inputs: ['users', 'clicks-by-user'] },
])

const words: MemberWords = { capacity: 1, generation: -1, owned: [], known, asked: 0 }

const groupTaken = (error: unknown) => isHeadraceError(error, 'HR_GROUP_TAKEN')

test('tools can read which topics a member reads', () => {
  const { version, topics } = MemberMetadata.decode(Buffer.from(subscriptionOf(words))) ?? {}
  assert.deepEqual([version, topics], [0, ['clicks', 'clicks-by-user', 'users']])
})

test('tools can read which partitions a member was assigned, each once', () => {
  const members = ['a', 'b'].map(memberId => ({ memberId, metadata: subscriptionOf(words) }))
  const assigned = leadGroup('job', members).map(({ memberId, assignment }) => {
    const { version, assignment: topics } = MemberAssignment.decode(Buffer.from(assignment)) ?? {}
    return [memberId, version, topics]
  })
  assert.deepEqual(assigned, [
    ['a', 0, { clicks: [0, 2], users: [0, 2], 'clicks-by-user': [0, 2] }],
    ['b', 0, { clicks: [1, 3], users: [1, 3], 'clicks-by-user': [1, 3] }],
  ])
})

test('a member reads its tasks from what the leader has said, and what the leader has heard of', () => {
  const more = [...known, { stage: 0, partition: 4, inputs: ['clicks', 'users'] }]
  const said = [words, { ...words, known: more }].map(subscriptionOf)
  const members = said.map((metadata, index) => ({ memberId: `m${index}`, metadata }))
  const heard = leadGroup('job', members).map(({ assignment }) => assignmentOf('job', assignment))
  assert.deepEqual(
    heard.map(({ owned }) => owned.length),
    [4, 5],
  )
  for (const { all } of heard) assert.equal(all.length, more.length)
  assert.deepEqual(assignmentOf('job', new Uint8Array(0)), { owned: [], all: [] })
})

test('members and leaders of another kind are recognized', () => {
  const strangers = [
    MemberMetadata.encode({ version: 0, topics: ['clicks'], userData: Buffer.alloc(0) }),
    MemberMetadata.encode({ version: 0, topics: ['clicks'], userData: Buffer.from('{"capacity":1}') }),
    Buffer.alloc(1),
  ]
  for (const metadata of strangers)
    assert.throws(() => leadGroup('job', [{ memberId: 'a', metadata }]), groupTaken)
  const theirs = encodeAssignment({
    topics: [{ topic: 'clicks', partitions: [0] }],
    userData: new Uint8Array(0),
  })
  assert.throws(() => assignmentOf('job', theirs), groupTaken)
})

test('damaged words are understood, or a coded error', async () => {
  const bytes = subscriptionOf({ ...words, owned: known })
  const damage = fc.record({
    at: fc.nat({ max: bytes.length - 1 }),
    to: fc.nat({ max: 255 }),
    cut: fc.boolean(),
  })
  await assertProperty(
    fc.property(damage, ({ at, to, cut }) => {
      const metadata = new Uint8Array(cut ? bytes.slice(0, at) : bytes)
      if (!cut) metadata[at] = to
      try {
        leadGroup('job', [{ memberId: 'a', metadata }])
      } catch (error) {
        assert.ok(groupTaken(error), String(error))
      }
    }),
    1000,
  )
})
