import type { Position } from '../../../engine/home.ts'
import type { Cluster } from '../cluster/cluster.ts'
import type { TopicPartitions } from '../group/consumer-protocol.ts'
import { consumerProtocolType, decodeAssignment } from '../group/consumer-protocol.ts'
import { askCoordinator } from '../producer/ask-coordinator.ts'
import { deleteGroup } from '../protocol/delete-groups.ts'
import type { GroupMember } from '../protocol/describe-groups.ts'
import { describeGroup } from '../protocol/describe-groups.ts'
import { KAFKA, refused } from '../protocol/kafka-errors.ts'
import { offsetFetch } from '../protocol/offset-fetch.ts'
import type { KafkaRequest } from '../protocol/request.ts'

/** Somebody in a group, and what they have of it. */
export interface MemberView {
  readonly memberId: string
  readonly clientId: string
  readonly host: string
  readonly partitions: readonly TopicPartitions[]
}

/** A group, seen from outside. */
export interface GroupView {
  /** In Kafka's words: `Stable`, `Empty`, `PreparingRebalance`, ..., `Dead` where there is no such group. */
  readonly state: string
  readonly members: readonly MemberView[]
}

export async function viewGroup(cluster: Cluster, group: string): Promise<GroupView> {
  const view = await ask(cluster, group, describeGroup(group), ({ error }) => error)
  const isConsumers = view.protocolType === consumerProtocolType
  return { state: view.state, members: view.members.map(member => viewMember(member, isConsumers)) }
}

function viewMember(member: GroupMember, isConsumer: boolean): MemberView {
  const { memberId, clientId, host, assignment } = member
  const isAssigned = isConsumer && assignment.length > 0
  const partitions = isAssigned ? decodeAssignment(assignment).topics : []
  return { memberId: member.instanceId ?? memberId, clientId, host: host.replace(/^\//, ''), partitions }
}

/** What a group has committed. */
export async function groupPositions(cluster: Cluster, group: string): Promise<Position[]> {
  const answer = await ask(cluster, group, offsetFetch(group), ({ error, offsets }) => {
    return offsets.find(one => one.error !== KAFKA.NONE)?.error ?? error
  })
  return answer.offsets
    .filter(({ offset }) => offset >= 0)
    .map(({ topic, partition, offset }) => ({ topic, partition, offset }))
}

/** Lets go of a group's offsets; one that is not there is gone already. */
export async function forgetGroup(cluster: Cluster, group: string): Promise<void> {
  await ask(cluster, group, deleteGroup(group), error => {
    return error === KAFKA.GROUP_ID_NOT_FOUND ? KAFKA.NONE : error
  })
}

async function ask<T>(
  cluster: Cluster,
  group: string,
  request: KafkaRequest<T>,
  codeOf: (answer: T) => number,
): Promise<T> {
  const answer = await askCoordinator({ cluster, kind: 'group', key: group }, request, codeOf)
  const code = codeOf(answer)
  if (code === KAFKA.NONE) return answer
  throw refused(`${request.name} for ${group}`, code)
}
