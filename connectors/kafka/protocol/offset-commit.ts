import type { Position } from '../../../engine/home.ts'
import type { PartitionCode } from './by-topic.ts'
import { readPartitionCodes, writeByTopic } from './by-topic.ts'
import type { KafkaRequest } from './request.ts'

/** A member of a group, as the group knows it. */
export interface GroupIdentity {
  readonly memberId: string
  readonly generation: number
  readonly instanceId: string | null
}

/** Who commits offsets without being a member: allowed as long as the group has none. */
export const outsider: GroupIdentity = { memberId: '', generation: -1, instanceId: null }

export function offsetCommit(
  group: string,
  { memberId, generation, instanceId }: GroupIdentity,
  positions: readonly Position[],
): KafkaRequest<PartitionCode[]> {
  return {
    name: 'OffsetCommit',
    api: 8,
    version: 7,
    flexible: false,
    write(to) {
      to.text(group).i32(generation).text(memberId).text(instanceId)
      writeByTopic(to, positions, ({ partition, offset }) => {
        to.i32(partition).i64(offset).i32(-1).text(null)
      })
    },
    read(from) {
      from.i32()
      return readPartitionCodes(from)
    },
  }
}
