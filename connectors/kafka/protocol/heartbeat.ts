import type { GroupIdentity } from './offset-commit.ts'
import type { KafkaRequest } from './request.ts'

export function heartbeat(
  group: string,
  { memberId, generation, instanceId }: GroupIdentity,
): KafkaRequest<{ error: number }> {
  return {
    name: 'Heartbeat',
    api: 12,
    version: 3,
    flexible: false,
    write(to) {
      to.text(group).i32(generation).text(memberId).text(instanceId)
    },
    read(from) {
      from.i32()
      return { error: from.i16() }
    },
  }
}
