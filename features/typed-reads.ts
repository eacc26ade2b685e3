import type { Fields, RowOf, ValueOf } from '../engine/batch/schema.ts'
import type { Duration } from '../engine/time/duration.ts'
import type { OnDemand } from './on-demand.ts'
import type { FeatureReading } from './reading.ts'

/** What a reader names: fields of the view, and features that are computed of them. */
export type Asked<F extends Fields> = readonly ((keyof F & string) | OnDemand)[]

/** The features of one entity, by name. */
export type FeatureRow<F extends Fields, N extends Asked<F>> = {
  readonly [A in N[number] as NameOf<A>]: FeatureReading<
    A extends OnDemand<string, infer V> ? V : A extends keyof F ? ValueOf<F[A]> : never
  >
}

type NameOf<A> = A extends OnDemand<infer K> ? K : A extends string ? A : never

export interface GetOptions<Q> {
  /** Values that are older are stale. */
  readonly maxAge?: Duration
  /** What features are computed of: for all entities, or one by one. */
  readonly request?: Q | readonly Q[]
}

type Together<U> = (U extends unknown ? (of: U) => void : never) extends (of: infer I) => void ? I : never

/** All that the features need to be given along. */
type RequestOf<N extends readonly unknown[]> = Together<
  N[number] extends infer A ? (A extends OnDemand<string, unknown, infer Q> ? RowOf<Q> : unknown) : never
>

/** What follows the fields: it may not be left out where features need request values. */
export type OptionsFor<N extends readonly unknown[]> =
  Record<never, never> extends RequestOf<N>
    ? [options?: GetOptions<RequestOf<N>>]
    : [options: GetOptions<RequestOf<N>> & Required<Pick<GetOptions<RequestOf<N>>, 'request'>>]
