import type { KafkaRequest } from './request.ts'

export function leaveGroup(group: string, memberId: string): KafkaRequest<{ error: number }> {
  return {
    name: 'LeaveGroup',
    api: 13,
    version: 1,
    flexible: false,
    write(to) {
      to.text(group).text(memberId)
    },
    read(from) {
      from.i32()
      return { error: from.i16() }
    },
  }
}
