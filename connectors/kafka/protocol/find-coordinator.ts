import type { KafkaRequest } from './request.ts'

export type CoordinatorKind = 'group' | 'transaction'

export interface Coordinator {
  readonly error: number
  readonly detail: string | null
  readonly node: number
  readonly host: string
  readonly port: number
}

/** Which broker keeps a group or a transactional id. The first to ask makes the broker create its internal topic. */
export function findCoordinator(kind: CoordinatorKind, key: string): KafkaRequest<Coordinator> {
  return {
    name: 'FindCoordinator',
    api: 10,
    version: 1,
    flexible: false,
    write(to) {
      to.text(key).i8(kind === 'group' ? 0 : 1)
    },
    read(from) {
      from.i32()
      return {
        error: from.i16(),
        detail: from.nullableText(),
        node: from.i32(),
        host: from.text(),
        port: from.i32(),
      }
    },
  }
}
