import type { KafkaRequest } from './request.ts'

export interface GroupMember {
  readonly memberId: string
  readonly instanceId: string | null
  readonly clientId: string
  /** As the broker sees it, with a slash in front. */
  readonly host: string
  /** As the members wrote it for each other. */
  readonly assignment: Uint8Array
}

export interface DescribedGroup {
  readonly error: number
  /** In Kafka's words; `Dead` also where there is no such group. */
  readonly state: string
  readonly protocolType: string
  readonly members: readonly GroupMember[]
}

/** Who is in a group. For its coordinator. */
export function describeGroup(group: string): KafkaRequest<DescribedGroup> {
  return {
    name: 'DescribeGroups',
    api: 15,
    version: 4,
    flexible: false,
    write(to) {
      to.array([group], name => to.text(name)).bool(false)
    },
    read(from) {
      from.i32()
      const [described] = from.array(() => {
        const error = from.i16()
        from.text()
        const [state, protocolType] = [from.text(), from.text()]
        from.text()
        const members = from.array(() => {
          const [memberId, instanceId] = [from.text(), from.nullableText()]
          const [clientId, host] = [from.text(), from.text()]
          from.data()
          return { memberId, instanceId, clientId, host, assignment: new Uint8Array(from.data()) }
        })
        from.i32()
        return { error, state, protocolType, members }
      })
      return described
    },
  }
}
