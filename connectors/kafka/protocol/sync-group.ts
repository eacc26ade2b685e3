import type { GroupIdentity } from './offset-commit.ts'
import type { KafkaRequest } from './request.ts'

export interface MemberAssignment {
  readonly memberId: string
  readonly assignment: Uint8Array
}

/** Tells what the leader has assigned to this member; the leader says it for all of them. */
export function syncGroup(
  group: string,
  { memberId, generation, instanceId }: GroupIdentity,
  assignments: readonly MemberAssignment[],
): KafkaRequest<{ error: number; assignment: Uint8Array }> {
  return {
    name: 'SyncGroup',
    api: 14,
    version: 3,
    flexible: false,
    write(to) {
      to.text(group).i32(generation).text(memberId).text(instanceId)
      to.array(assignments, each => to.text(each.memberId).data(each.assignment))
    },
    read(from) {
      from.i32()
      return { error: from.i16(), assignment: new Uint8Array(from.data()) }
    },
  }
}
