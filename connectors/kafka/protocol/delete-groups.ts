import type { KafkaRequest } from './request.ts'

/** Lets go of a group without members, and of its offsets: gives the error code. For its coordinator. */
export function deleteGroup(group: string): KafkaRequest<number> {
  return {
    name: 'DeleteGroups',
    api: 42,
    version: 0,
    flexible: false,
    write(to) {
      to.array([group], name => to.text(name))
    },
    read(from) {
      from.i32()
      const [error] = from.array(() => {
        from.text()
        return from.i16()
      })
      return error
    },
  }
}
