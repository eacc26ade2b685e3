import type { Field, Fields, RowOf, Schema } from '../batch/schema.ts'
import { HeadraceError } from '../errors.ts'
import type { Duration } from '../time/duration.ts'
import { durationMs } from '../time/duration.ts'

export interface FeatureViewOptions<E extends string, F extends Fields> {
  /** The column that says whose features they are: text or a whole number. */
  readonly entity: E
  /** Versions of a view stand side by side: a new one fills while the old one serves. Default 1. */
  readonly version?: number
  /** How long a value counts after its event time. Without it, until it is overwritten. */
  readonly ttl?: Duration
  readonly description?: string
  readonly fields: F
}

/** A view of online features as a job names it: the newest value of each field for each entity. */
export interface FeatureView<E extends string = string, F extends Fields = Fields> {
  readonly name: string
  readonly entity: E
  readonly version: number
  readonly ttlMs: number | null
  readonly description: string | null
  readonly fields: F
  /** Tells what a sink is given. */
  readonly $store: 'features'
}

/** The values of a view for one entity. */
export type FeaturesOf<V> = V extends FeatureView<string, infer F> ? RowOf<F> : never

/** What a stream has to have for a sink to a view: the entity, and some of its fields. */
export type FeatureRow<E extends string, F extends Fields> = {
  readonly [K in E]: string | number | bigint
} & Partial<RowOf<F>>

/** What tells entities apart. */
export const entityKinds: readonly string[] = ['string', 'enum', 'int', 'long', 'bigint']

const scalars = [
  'boolean',
  'int',
  'long',
  'bigint',
  'float',
  'double',
  'string',
  'enum',
  'timestamp',
  'decimal',
]
const others = ['vector']

export function features<const E extends string, F extends Fields>(
  name: string,
  options: FeatureViewOptions<E, F>,
): FeatureView<E, F> {
  const { entity, version = 1, ttl, description = null, fields } = options
  const wrong = (message: string) =>
    new HeadraceError('HR_CONFIG_INVALID', `feature view "${name}": ${message}`)
  if (!/^[a-zA-Z0-9._-]{1,100}$/.test(name)) throw wrong('a name is 1 to 100 of a-z A-Z 0-9 . _ -')
  if (!Number.isInteger(version) || version < 1) throw wrong(`version is ${version}: a whole number from 1`)
  if (Object.keys(fields).length === 0) throw wrong('it has no fields')
  if (entity in fields) throw wrong(`"${entity}" is the entity, and a field too`)
  for (const [field, { kind }] of Object.entries<Field>(fields)) {
    if (scalars.includes(kind) || others.includes(kind)) continue
    throw wrong(`the field "${field}" is of kind ${kind}; allowed: ${[...scalars, ...others].join(', ')}`)
  }
  const ttlMs = ttl === undefined ? null : durationMs(ttl, `ttl of feature view "${name}"`)
  return { name, entity, version, ttlMs, description, fields, $store: 'features' }
}

export function isFeatureView(value: unknown): value is FeatureView {
  return typeof value === 'object' && value !== null && '$store' in value && value.$store === 'features'
}

/** A view as the engine works with it. */
export interface FeatureViewSpec extends FeatureView {
  readonly kind: 'features'
}

export function viewSpec(view: FeatureView): FeatureViewSpec {
  return { ...view, kind: 'features' }
}

/** The columns of a stream that a view takes, in the order of the view. */
export function viewSchema(
  view: FeatureView,
  stream: Schema,
): { readonly names: string[]; readonly fields: Fields } {
  const names = [view.entity, ...Object.keys(view.fields).filter(name => name in stream.fields)]
  const fields = Object.fromEntries(
    names.map(name => [name, name === view.entity ? stream.fields[name] : view.fields[name]]),
  )
  return { names, fields }
}
