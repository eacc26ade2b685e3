import type { Field, Schema } from '../../engine/batch/schema.ts'
import { double } from '../../engine/batch/schema.ts'
import { HeadraceError } from '../../engine/errors.ts'

/** Where an aggregate takes its numbers from: a column, or a lambda. */
export type Of<T> = (keyof T & string) | ((row: T) => number | null)

/**
 * A value that many rows are folded into. What it does is known once the schema of the rows is: a number
 * may be kept another way than a string.
 */
export interface Aggregate<T, R> {
  readonly bind: (schema: Schema<T>) => BoundAggregate<T, R>
}

/**
 * `flat` folds are a few numbers a key, kept side by side in one typed array and worked on by generated
 * code; `object` folds keep a JavaScript value a key.
 */
export interface BoundAggregate<T, R> {
  /** As in `sum`, with the options that its state depends on: another aggregate never reads its bytes. No `/` in it. */
  readonly name: string
  /** What its values are read from, in order. Rows where one of them is null are left out. */
  readonly inputs: readonly AggregateInput<T>[]
  readonly fold: FlatFold | ObjectFold<unknown, R>
  /** The type of the result column. */
  readonly field: Field<R>
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
  /** Statements that add one row. */
  add(cells: Names, inputs: Names): string
  /** Statements that add the state `other` to `cells`; `other` comes later in time. */
  merge(cells: Names, other: Names): string
  /** An expression for the result; NaN stands for null where the result is nullable. */
  result(cells: Names): string
}

export interface ObjectFold<S, R> {
  readonly kind: 'object'
  init(): S
  /** Adds one row, given the value of each input, and gives the state: the same object, or another. */
  add(state: S, ...inputs: readonly unknown[]): S
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

/**
 * Makes an aggregate of numbers. It is null where all of a column that may be null was; of a lambda that
 * may give null only with `nullable(double())` beside it, since what a lambda gives shows when it runs.
 */
export interface NumberAggregate {
  <T, K extends keyof T & string>(of: K): Aggregate<T, number | Extract<T[K], null>>
  <T>(of: (row: T) => number): Aggregate<T, number>
  <T>(of: (row: T) => number | null, field: Field<number | null>): Aggregate<T, number | null>
}

/** Makes an aggregate that gives one of the values: of a column with its type, of a lambda with that of `field`. */
export interface ValueAggregate {
  <T, K extends keyof T & string>(of: K): Aggregate<T, T[K]>
  <T>(of: (row: T) => number): Aggregate<T, number>
  <T, V>(of: (row: T) => V, field: Field<V>): Aggregate<T, V>
}

const numericKinds = ['int', 'long', 'timestamp', 'double', 'float', 'boolean']

/** Where the values that an aggregate gives back come from, and of what type they are. */
export interface Values<T> {
  readonly input: AggregateInput<T>
  readonly field: Field
  /** Whether they fit into a cell. */
  readonly isNumber: boolean
}

/** For a column its own type; for a lambda `given`. */
export function valuesOf<T>(
  schema: Schema<T>,
  of: (keyof T & string) | ((row: T) => unknown),
  given: Field = double(),
): Values<T> {
  const field = typeof of === 'string' ? columnOf(schema as Schema, of) : given
  const isNumber = numericKinds.includes(field.kind)
  return { input: isNumber ? { kind: 'number', of: of as Of<T> } : { kind: 'value', of }, field, isNumber }
}

/** A double that may be null where the values may. */
export function doubleLike<R>(field: Field): Field<R> {
  return { ...double(), nullable: field.nullable } as Field<R>
}

function columnOf(schema: Schema, name: string): Field {
  const field = schema.fields[name]
  if (field !== undefined) return field
  throw new HeadraceError(
    'HR_COLUMN_UNKNOWN',
    `an aggregate reads "${name}": there are ${schema.names.join(', ')}`,
  )
}
