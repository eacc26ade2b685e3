import type { Stream } from '../../engine/index.ts'
import { join, tableJoin } from '../../operators/index.ts'

/*
 * Compiled, never run: what joins give, and what they refuse.
 */
interface Click {
  readonly ts: number
  readonly user: number
  readonly kind: string
}

interface User {
  readonly id: number
  readonly user: number
  readonly city: string
  readonly age: number | null
}

declare const clicks: Stream<Click>
declare const users: Stream<User>
declare function expectType<T>(stream: Stream<T>): { is<U>(same: Same<T, U>): void }
type Same<A, B> = (<X>() => X extends A ? 1 : 2) extends <X>() => X extends B ? 1 : 2 ? true : false
type Flat<T> = { readonly [K in keyof T]: T[K] }

const within = { before: '1s', after: '1m' } as const

export function lookingUp(): void {
  expectType(tableJoin('a', clicks, users, { by: 'user' })).is<
    Flat<Click & { readonly id: number; readonly city: string; readonly age: number | null }>
  >(true)
  expectType(tableJoin('b', clicks, users, { by: { stream: 'user', table: 'id' }, take: ['city'] })).is<
    Flat<Click & { readonly city: string }>
  >(true)
  expectType(tableJoin('c', clicks, users, { by: 'user', take: { town: 'city' }, type: 'left' })).is<
    Flat<Click & { readonly town: string | null }>
  >(true)
  // @ts-expect-error the table has no such column
  tableJoin('d', clicks, users, { by: 'kind' })
  // @ts-expect-error the table has no such column
  tableJoin('e', clicks, users, { by: 'user', take: ['kind'] })
  // @ts-expect-error there is no such type
  tableJoin('f', clicks, users, { by: 'user', type: 'outer' })
}

export function pairing(): void {
  expectType(join('a', clicks, users, { by: 'user', within, take: ['age'] })).is<
    Flat<Click & { readonly age: number | null }>
  >(true)
  expectType(
    join('b', clicks, users, {
      by: { left: 'ts', right: 'id' },
      within,
      take: { who: 'user' },
      type: 'left',
    }),
  ).is<Flat<Click & { readonly who: number | null }>>(true)
  // @ts-expect-error the interval is missing
  join('c', clicks, users, { by: 'user' })
  // @ts-expect-error there is no such column
  join('d', clicks, users, { by: { left: 'usr', right: 'id' }, within })
}
