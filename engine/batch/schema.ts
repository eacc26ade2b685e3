import { HeadraceError } from '../errors.ts'

/**
 * Schemas are values. From one of them come the TypeScript type of a row, the columns of a batch, the
 * Avro schema, the JSON codec and the docs.
 */
export type Kind =
  | 'boolean'
  | 'int'
  | 'long'
  | 'bigint'
  | 'float'
  | 'double'
  | 'string'
  | 'bytes'
  | 'timestamp'
  | 'decimal'
  | 'enum'
  | 'vector'
  | 'array'
  | 'record'

export interface FieldOptions<T = unknown> {
  readonly description?: string
  /** The value that a reader gets where the writer's schema does not have the field. */
  readonly default?: T
  /** Who answers for it; kept with a feature view. */
  readonly owner?: string
  /** A number outside of these bounds is refused by feature views and series. */
  readonly min?: number
  readonly max?: number
}

/** The type of one column. `T` is the JavaScript type of its values. */
export interface Field<T = unknown> extends FieldOptions<T> {
  readonly kind: Kind
  readonly nullable: boolean
  /** Allowed values of an enum, in the order of their codes. */
  readonly values?: readonly string[]
  /** Length of a vector. */
  readonly size?: number
  /** Digits in all and after the point of a decimal. */
  readonly precision?: number
  readonly scale?: number
  /** What an array holds. */
  readonly item?: Field
  /** What a nested record holds. */
  readonly fields?: Fields
  /** Name of a nested record or enum where a format wants one. */
  readonly name?: string
  /** Only in the type system. */
  readonly $type?: T
}

export interface Fields {
  readonly [name: string]: Field
}

export type ValueOf<F> = F extends { readonly $type?: infer T } ? Exclude<T, undefined> : never

export type RowOf<F extends Fields> = { readonly [K in keyof F]: ValueOf<F[K]> }

/** A record schema: usable for a topic, and as the field of another record. */
export interface Schema<T = unknown> extends Field<T> {
  readonly kind: 'record'
  readonly name: string
  readonly fields: Fields
  readonly names: readonly string[]
}

export type Row<S> = S extends Schema<infer T> ? T : never

/** A new column computed from a row, as `derive` takes it. */
export interface Derivation<T, V> {
  readonly field: Field<V>
  readonly compute: (row: T) => V
  /** Only in the type system: a function that may give null makes no column by itself. */
  readonly $partial?: never
}

/** A derivation whose function may give null: `nullable` makes a column of it. */
export interface PartialDerivation<T, V> {
  readonly field: Field<V>
  readonly compute: (row: T) => V | null
  readonly $partial?: true
}

/** `double()`, `double({ description })` describe a field; `double(row => ...)` computes one. */
export interface FieldMaker<V> {
  (options?: FieldOptions<V>): Field<V>
  <T>(compute: (row: T) => V, options?: FieldOptions<V>): Derivation<T, V>
  <T>(compute: (row: T) => V | null, options?: FieldOptions<V>): Required<PartialDerivation<T, V>>
}

function maker<V>(
  shape: Pick<Field, 'kind' | 'values' | 'size' | 'precision' | 'scale' | 'name'>,
): FieldMaker<V> {
  const field = (options?: FieldOptions<V>): Field<V> => ({ ...shape, nullable: false, ...options })
  const make = (first?: FieldOptions<V> | ((row: never) => V), second?: FieldOptions<V>) =>
    typeof first === 'function' ? { field: field(second), compute: first } : field(first)
  return make as FieldMaker<V>
}

export const boolean: FieldMaker<boolean> = maker({ kind: 'boolean' })
/** 32 bits, signed. */
export const int: FieldMaker<number> = maker({ kind: 'int' })
/** 64 bits as a number: a value beyond 2^53 is rejected, never rounded. Use `bigint` where such values occur. */
export const long: FieldMaker<number> = maker({ kind: 'long' })
/** 64 bits, signed, exact, as a JavaScript bigint. */
export const bigint: FieldMaker<bigint> = maker({ kind: 'bigint' })
export const float: FieldMaker<number> = maker({ kind: 'float' })
export const double: FieldMaker<number> = maker({ kind: 'double' })
export const string: FieldMaker<string> = maker({ kind: 'string' })
export const bytes: FieldMaker<Uint8Array> = maker({ kind: 'bytes' })
/** Milliseconds since 1970, UTC. */
export const timestamp: FieldMaker<number> = maker({ kind: 'timestamp' })

type OptionsOrCompute<V> = FieldOptions<V> | ((row: never) => V)

/** An exact decimal number, kept as its text. */
export function decimal(precision: number, scale: number, options?: FieldOptions<string>): Field<string>
export function decimal<T>(
  precision: number,
  scale: number,
  compute: (row: T) => string,
): Derivation<T, string>
export function decimal(precision: number, scale: number, last?: OptionsOrCompute<string>): unknown {
  return maker<string>({ kind: 'decimal', precision, scale })(last as FieldOptions<string>)
}

/** One of a fixed set of names. */
export function oneOf<const V extends readonly string[]>(
  name: string,
  values: V,
  options?: FieldOptions<V[number]>,
): Field<V[number]>
export function oneOf<const V extends readonly string[], T>(
  name: string,
  values: V,
  compute: (row: T) => V[number],
): Derivation<T, V[number]>
export function oneOf(name: string, values: readonly string[], last?: OptionsOrCompute<string>): unknown {
  return maker<string>({ kind: 'enum', name, values })(last as FieldOptions<string>)
}

/** A fixed number of 32 bit floats: an embedding. */
export function vector(size: number, options?: FieldOptions<Float32Array>): Field<Float32Array>
export function vector<T>(size: number, compute: (row: T) => Float32Array): Derivation<T, Float32Array>
export function vector(size: number, last?: OptionsOrCompute<Float32Array>): unknown {
  return maker<Float32Array>({ kind: 'vector', size })(last as FieldOptions<Float32Array>)
}

export const array = <V>(item: Field<V>, options?: FieldOptions<readonly V[]>): Field<readonly V[]> => ({
  kind: 'array',
  nullable: false,
  item,
  ...options,
})

/** Makes a derivation or a field optional: its values may be null. */
export function nullable<T, V>(derivation: PartialDerivation<T, V>): Derivation<T, V | null>
export function nullable<V>(field: Field<V>, options?: FieldOptions<V | null>): Field<V | null>
export function nullable(of: Field | PartialDerivation<never, unknown>, options?: FieldOptions): unknown {
  if ('compute' in of) return { field: { ...of.field, nullable: true }, compute: of.compute }
  return { ...of, nullable: true, ...options }
}

export function record<const F extends Fields>(
  name: string,
  fields: F,
  options?: FieldOptions,
): Schema<RowOf<F>> {
  return makeSchema(name, fields, options) as Schema<RowOf<F>>
}

/** As `record`, for the engine: fields known at run time only. */
export function makeSchema(name: string, fields: Fields, options?: FieldOptions): Schema {
  // The row that a lambda reads keeps its own things under such names.
  const reserved = Object.keys(fields).find(field => field.startsWith('$'))
  if (reserved !== undefined) {
    throw new HeadraceError('HR_CONFIG_INVALID', `the column "${reserved}" of ${name} begins with a $`)
  }
  return { kind: 'record', nullable: false, name, fields, names: Object.keys(fields), ...options }
}

/** The column types as one line of text: equal for schemas whose batches are interchangeable. */
export function signature(field: Field): string {
  const detail = field.fields
    ? `{${Object.entries(field.fields).map(([name, inner]) => `${name}:${signature(inner)}`)}}`
    : field.item
      ? `[${signature(field.item)}]`
      : field.values
        ? `(${field.values.join('|')})`
        : field.size !== undefined
          ? `(${field.size})`
          : field.scale !== undefined
            ? `(${field.precision},${field.scale})`
            : ''
  return `${field.kind}${detail}${field.nullable ? '?' : ''}`
}
