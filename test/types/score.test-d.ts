import type { Stream } from '../../engine/index.ts'
import { double, float, int, model, string, vector } from '../../engine/index.ts'
import { score } from '../../operators/index.ts'

/*
 * Compiled, never run: what rows get of a model, and what is refused.
 */
interface Visit {
  readonly user: string
  readonly clicks: number
  readonly spend: number | null
}

declare const visits: Stream<Visit>
declare function expectType<T>(stream: Stream<T>): { is<U>(same: Same<T, U>): void }
type Same<A, B> = (<X>() => X extends A ? 1 : 2) extends <X>() => X extends B ? 1 : 2 ? true : false
type Flat<T> = { readonly [K in keyof T]: T[K] }

const byName = model('by-name', {
  inputs: { clicks: double(), spend: double() },
  outputs: { score: float() },
})
const others = model('others', {
  inputs: { n: int(), recent: vector(3) },
  outputs: { label: string(), items: vector(2) },
})

export function scoring(): void {
  expectType(visits.pipe(score('a', byName))).is<
    Flat<Visit & { readonly score: number; readonly modelVersion: number }>
  >(true)
  expectType(visits.pipe(score('b', byName, { prefix: 'odd_', fallback: { score: 0 } }))).is<
    Flat<Visit & { readonly odd_score: number; readonly odd_modelVersion: number }>
  >(true)
  expectType(
    visits.pipe(score('c', others, { inputs: { n: 'clicks', recent: row => new Float32Array(row.clicks) } })),
  ).is<Flat<Visit & { readonly label: string; readonly items: Float32Array; readonly modelVersion: number }>>(
    true,
  )
  visits.pipe(score('d', byName, { inputs: { clicks: row => row.spend } }))
  // @ts-expect-error the model needs inputs that are no columns
  visits.pipe(score('e', others))
  // @ts-expect-error one of them is still missing
  visits.pipe(score('f', others, { inputs: { n: 'clicks' } }))
  // @ts-expect-error the column is of another type
  visits.pipe(score('g', byName, { inputs: { clicks: 'user' } }))
  // @ts-expect-error the function gives another type
  visits.pipe(score('h', byName, { inputs: { clicks: row => row.user } }))
  // @ts-expect-error the model has no such input
  visits.pipe(score('i', byName, { inputs: { age: 'clicks' } }))
  // @ts-expect-error the fallback has the types of the outputs
  visits.pipe(score('j', byName, { fallback: { score: 'none' } }))
  // @ts-expect-error there is no such policy
  visits.pipe(score('k', byName, { onMissing: 'skip' }))
}
