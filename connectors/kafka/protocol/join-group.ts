import type { KafkaRequest } from './request.ts'

export interface JoinGroup {
  readonly group: string
  readonly sessionTimeoutMs: number
  /** How long the others wait for a member that does not come when all are called together. */
  readonly rebalanceTimeoutMs: number
  /** Empty for who is not a member yet. */
  readonly memberId: string
  readonly instanceId: string | null
  readonly protocolType: string
  readonly protocol: string
  readonly metadata: Uint8Array
}

export interface JoinedGroup {
  readonly error: number
  readonly generation: number
  readonly protocol: string
  readonly leader: string
  readonly memberId: string
  /** Only the leader is told of the members. */
  readonly members: readonly JoinedMember[]
}

export interface JoinedMember {
  readonly memberId: string
  readonly metadata: Uint8Array
}

/** Answered when all members have come together, or those that did not have been given up. */
export function joinGroup(join: JoinGroup): KafkaRequest<JoinedGroup> {
  return {
    name: 'JoinGroup',
    api: 11,
    version: 5,
    flexible: false,
    write(to) {
      to.text(join.group).i32(join.sessionTimeoutMs).i32(join.rebalanceTimeoutMs)
      to.text(join.memberId).text(join.instanceId).text(join.protocolType)
      to.i32(1).text(join.protocol).data(join.metadata)
    },
    read(from) {
      from.i32()
      return {
        error: from.i16(),
        generation: from.i32(),
        protocol: from.text(),
        leader: from.text(),
        memberId: from.text(),
        members: from.array(() => {
          const memberId = from.text()
          from.nullableText()
          return { memberId, metadata: new Uint8Array(from.data()) }
        }),
      }
    },
  }
}
