import type { Stream } from '../../engine/index.ts'
import { double, features, long, nullable, sink, string } from '../../engine/index.ts'
import type { FeatureClient, FeatureReading } from '../../features/index.ts'
import { hasValue, onDemand } from '../../features/index.ts'

/*
 * Compiled, never run: what a reader of features gets, and what is refused.
 */
declare const client: FeatureClient
declare function expectType<T>(value: T): { is<U>(same: Same<T, U>): void }
type Same<A, B> = (<X>() => X extends A ? 1 : 2) extends <X>() => X extends B ? 1 : 2 ? true : false

const stats = features('user-stats', {
  entity: 'user',
  fields: { clicks: long(), spend: nullable(double()), city: string() },
})

const ratio = onDemand(
  'ratio',
  { view: stats, needs: ['spend', 'clicks'], request: { amount: double() }, result: nullable(double()) },
  ({ features, request }) =>
    features.spend === null ? null : request.amount / (features.spend * features.clicks),
)
const label = onDemand('label', { view: stats, needs: ['city'], result: string() }, ({ features }) =>
  features.city.trim(),
)

export async function reading(): Promise<void> {
  const [all] = await client.get(stats, ['ann', 1, 2n])
  expectType(all).is<{
    readonly clicks: FeatureReading<number>
    readonly spend: FeatureReading<number | null>
    readonly city: FeatureReading<string>
  }>(true)
  const [some] = await client.get(stats, ['ann'], ['clicks'], { maxAge: '1m' })
  expectType(some).is<{ readonly clicks: FeatureReading<number> }>(true)
  if (some.clicks.state === 'ok') expectType(some.clicks.value).is<number>(true)
  if (some.clicks.state === 'missing') expectType(some.clicks.time).is<null>(true)
  if (hasValue(some.clicks)) expectType(some.clicks.value).is<number>(true)
  const [more] = await client.get(stats, ['ann'], ['city', ratio, label], { request: { amount: 5 } })
  expectType(more).is<{
    readonly city: FeatureReading<string>
    readonly ratio: FeatureReading<number | null>
    readonly label: FeatureReading<string>
  }>(true)
  await client.get(stats, ['ann', 'bob'], [ratio], { request: [{ amount: 5 }, { amount: 6 }] })
  await client.get(stats, ['ann'], [label])
}

export async function refusing(): Promise<void> {
  // @ts-expect-error the view has no such field
  await client.get(stats, ['ann'], ['age'])
  // @ts-expect-error an entity is text or a whole number
  await client.get(stats, [true])
  // @ts-expect-error the ratio needs an amount
  await client.get(stats, ['ann'], [ratio])
  // @ts-expect-error the amount is a number
  await client.get(stats, ['ann'], [ratio], { request: { amount: 'much' } })
  // @ts-expect-error the view has no such field
  onDemand('x', { view: stats, needs: ['age'], result: double() }, () => 1)
  // @ts-expect-error it does not say that it needs the clicks
  onDemand('y', { view: stats, needs: ['city'], result: double() }, ({ features }) => features.clicks)
  // @ts-expect-error it gives another type than it says
  onDemand('z', { view: stats, needs: ['city'], result: double() }, ({ features }) => features.city)
  // @ts-expect-error a default has the type of its field
  onDemand('d', { view: stats, needs: ['city'], defaults: { city: 1 }, result: string() }, () => '')
}

declare const totals: Stream<{ readonly user: string; readonly clicks: number; readonly more: boolean }>
declare const ofSomebody: Stream<{ readonly user: string | null; readonly clicks: number }>
declare const others: Stream<{ readonly user: string; readonly clicks: string }>

export function writing(): void {
  totals.pipe(sink('a', stats))
  // @ts-expect-error the entity may not be null
  ofSomebody.pipe(sink('b', stats))
  // @ts-expect-error a field has the type that the view says
  others.pipe(sink('c', stats))
}
