import { isHeadraceError } from '../../../engine/errors.ts'
import type { JoinedMember } from '../protocol/join-group.ts'
import type { MemberAssignment } from '../protocol/sync-group.ts'
import { assignTasks } from './assignor.ts'
import type { TopicPartitions } from './consumer-protocol.ts'
import {
  decodeAssignment,
  decodeSubscription,
  encodeAssignment,
  encodeSubscription,
} from './consumer-protocol.ts'
import { groupTaken } from './group-errors.ts'
import type { KnownTask, LeaderWords, MemberWords } from './member-words.ts'
import { readLeaderWords, readMemberWords, writeLeaderWords, writeMemberWords } from './member-words.ts'
import { keyOf } from './task-set.ts'

/** What a member brings to JoinGroup. */
export function subscriptionOf(words: MemberWords): Uint8Array {
  const topics = new Set(words.known.flatMap(({ inputs }) => inputs))
  return encodeSubscription({ topics: [...topics].sort(), userData: writeMemberWords(words) })
}

/** What the leader brings to SyncGroup: each member's tasks. */
export function leadGroup(group: string, members: readonly JoinedMember[]): MemberAssignment[] {
  const said = members.map(({ memberId, metadata }) => ({ memberId, ...memberWords(group, metadata) }))
  const tasks = new Map(said.flatMap(({ known }) => known.map(task => [keyOf(task), task])))
  const assigned = assignTasks(said)
  return [...assigned].map(([memberId, owned]) => ({
    memberId,
    assignment: encodeAssignment({
      topics: topicPartitions(owned.flatMap(task => tasks.get(keyOf(task)) ?? [])),
      userData: writeLeaderWords({ owned, all: [...tasks.values()] }),
    }),
  }))
}

/** What the leader has said to this member. A group that has no assignment for it gives no bytes. */
export function assignmentOf(group: string, bytes: Uint8Array): LeaderWords {
  if (bytes.length === 0) return { owned: [], all: [] }
  return ofOurs(group, () => readLeaderWords(decodeAssignment(bytes).userData))
}

function memberWords(group: string, metadata: Uint8Array): MemberWords {
  return ofOurs(group, () => readMemberWords(decodeSubscription(metadata).userData))
}

function ofOurs<T>(group: string, read: () => T | undefined): T {
  let words: T | undefined
  try {
    words = read()
  } catch (error) {
    if (isHeadraceError(error, 'HR_KAFKA_PROTOCOL')) throw groupTaken(group, error)
    throw error
  }
  if (words === undefined) throw groupTaken(group)
  return words
}

/** Each pair once: two stages may read the same topic. */
function topicPartitions(tasks: readonly KnownTask[]): TopicPartitions[] {
  const topics = new Map<string, Set<number>>()
  for (const { inputs, partition } of tasks) {
    for (const topic of inputs) topics.set(topic, (topics.get(topic) ?? new Set()).add(partition))
  }
  return [...topics].map(([topic, partitions]) => ({
    topic,
    partitions: [...partitions].sort((a, b) => a - b),
  }))
}
