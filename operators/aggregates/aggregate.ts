import type { Field, Schema } from '../../engine/batch/schema.ts'

/** Where an aggregate takes its numbers from: a column, or a lambda. */
export type Of<T> = (keyof T & string) | ((row: T) => number | null)

/**
 * A value that many rows are folded into. `flat` ones are a few numbers a key, kept side by side in one
 * typed array and worked on by generated code; `object` ones keep a JavaScript value a key.
 */
export interface Aggregate<T, R> {
  /** As in `sum`; stored with the state, so that another aggregate never reads its bytes. */
  readonly name: string
  /** What its values are read from, in order. Rows where one of them is null are left out. */
  readonly inputs: readonly AggregateInput<T>[]
  readonly fold: FlatFold | ObjectFold<unknown, unknown>
  /** The type of the result column, given the type of the input. */
  result(schema: Schema<T>): Field<R>
}

export type AggregateInput<T> =
  | { readonly kind: 'number'; readonly of: Of<T> }
  /** Any value: strings, nested ones, whatever the lambda gives. */
  | { readonly kind: 'value'; readonly of: (keyof T & string) | ((row: T) => unknown) }
  /** The row's event time. */
  | { readonly kind: 'time' }

/** Names of variables in generated code: the cells of one state, the inputs of one row. */
export type Names = readonly string[]

export interface FlatFold {
  readonly kind: 'flat'
  /** The cells of an empty state. */
  readonly init: readonly number[]
  /** A statement that adds one row. */
  add(cells: Names, inputs: Names): string
  /** A statement that adds the state `other` to `cells`; `other` comes later in time. */
  merge(cells: Names, other: Names): string
  /** An expression for the result; NaN stands for null where the result is nullable. */
  result(cells: Names): string
}

export interface ObjectFold<S, R> {
  readonly kind: 'object'
  init(): S
  /** Adds one row, given the value of each input, and gives the state: the same object, or another. */
  add(state: S, ...inputs: readonly never[]): S
  /** Adds `other`, which comes later in time. May change `state`, must neither change nor keep `other`. */
  merge(state: S, other: S): S
  result(state: S): R | null
  /** The state as JSON can hold it. */
  save(state: S): unknown
  load(saved: unknown): S
}

/** The types of the results of a record of aggregates. */
export type Results<A> = {
  readonly [K in keyof A]: A[K] extends Aggregate<infer _T, infer R> ? R : never
}

// biome-ignore lint/suspicious/noExplicitAny: the result types are inferred from the record, one by one
export type Aggregates<T> = Record<string, Aggregate<T, any>>

/** The field of a column that an aggregate keeps the type of; for a lambda what `otherwise` says. */
export function fieldOf(schema: Schema, of: unknown, otherwise: Field): Field {
  const field = typeof of === 'string' ? schema.fields[of] : undefined
  return field ?? otherwise
}
