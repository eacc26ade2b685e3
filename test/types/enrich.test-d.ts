import type { Stream } from '../../engine/index.ts'
import { boolean, double, features, hash, long, nullable, oneOf, string } from '../../engine/index.ts'
import { enrich } from '../../operators/index.ts'

/*
 * Compiled, never run: what rows get of a feature view or of hashes, and what is refused.
 */
interface Click {
  readonly ts: number
  readonly user: string
  readonly isNew: boolean
}

declare const clicks: Stream<Click>
declare function expectType<T>(stream: Stream<T>): { is<U>(same: Same<T, U>): void }
type Same<A, B> = (<X>() => X extends A ? 1 : 2) extends <X>() => X extends B ? 1 : 2 ? true : false
type Flat<T> = { readonly [K in keyof T]: T[K] }

const stats = features('user-stats', {
  entity: 'user',
  fields: { clicks: long(), spend: nullable(double()), city: string() },
})

export function takingFeatures(): void {
  expectType(clicks.pipe(enrich('a', stats, { by: 'user' }))).is<
    Flat<
      Click & { readonly clicks: number | null; readonly spend: number | null; readonly city: string | null }
    >
  >(true)
  expectType(clicks.pipe(enrich('b', stats, { by: 'user', take: ['clicks'], onMissing: 'drop' }))).is<
    Flat<Click & { readonly clicks: number }>
  >(true)
  expectType(clicks.pipe(enrich('c', stats, { by: 'ts', take: { s: 'spend' }, onMissing: 'reject' }))).is<
    Flat<Click & { readonly s: number | null }>
  >(true)
  expectType(
    clicks.pipe(enrich('d', stats, { by: 'user', take: { n: 'clicks', town: 'city' }, onMissing: { n: 0 } })),
  ).is<Flat<Click & { readonly n: number; readonly town: string | null }>>(true)
  // @ts-expect-error the stream has no such column
  clicks.pipe(enrich('e', stats, { by: 'who' }))
  // @ts-expect-error an entity is text or a whole number
  clicks.pipe(enrich('f', stats, { by: 'isNew' }))
  // @ts-expect-error the view has no such field
  clicks.pipe(enrich('g', stats, { by: 'user', take: ['age'] }))
  // @ts-expect-error there is no such policy
  clicks.pipe(enrich('h', stats, { by: 'user', onMissing: 'skip' }))
  // @ts-expect-error a default has the type of its field
  clicks.pipe(enrich('i', stats, { by: 'user', take: ['clicks'], onMissing: { clicks: 'none' } }))
}

const users = hash('user:{}', {
  fields: { country: string(), tier: oneOf('Tier', ['gold', 'silver']), isOld: boolean() },
})

export function takingFieldsOfHashes(): void {
  expectType(clicks.pipe(enrich('a', users, { by: 'user', take: ['country', 'tier'] }))).is<
    Flat<Click & { readonly country: string | null; readonly tier: 'gold' | 'silver' | null }>
  >(true)
  expectType(clicks.pipe(enrich('b', users, { by: 'ts', take: { old: 'isOld' }, onMissing: 'drop' }))).is<
    Flat<Click & { readonly old: boolean }>
  >(true)
  expectType(
    clicks.pipe(enrich('c', users, { by: 'user', take: ['tier', 'country'], onMissing: { tier: 'silver' } })),
  ).is<Flat<Click & { readonly tier: 'gold' | 'silver'; readonly country: string | null }>>(true)
  // @ts-expect-error the hash has no such field
  clicks.pipe(enrich('d', users, { by: 'user', take: ['age'] }))
  // @ts-expect-error a default is one of the values of its field
  clicks.pipe(enrich('e', users, { by: 'user', take: ['tier'], onMissing: { tier: 'tin' } }))
  // @ts-expect-error an entity is text or a whole number
  clicks.pipe(enrich('f', users, { by: 'isNew' }))
}
