import type { Field, Fields } from '../batch/schema.ts'
import { HeadraceError } from '../errors.ts'
import type { FeatureViewSpec } from './feature-view.ts'

export interface HashOptions<F extends Fields> {
  readonly description?: string
  /** The fields that the job reads; others may stand beside them. */
  readonly fields: F
}

/** Hashes as others keep them in Redis, one an entity, as a job names them: by their key, with {} for the entity. */
export interface Hash<F extends Fields = Fields> {
  readonly name: string
  readonly description: string | null
  readonly fields: F
  /** Tells what a look-up is given. */
  readonly $store: 'hash'
}

const kinds = [
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

const MAX_KEY = 1000

export function hash<F extends Fields>(key: string, options: HashOptions<F>): Hash<F> {
  const { description = null, fields } = options
  const wrong = (message: string) => invalid(key, message)
  checkHashKey(key)
  if (Object.keys(fields).length === 0) throw wrong('it has no fields')
  for (const [field, { kind, nullable }] of Object.entries<Field>(fields)) {
    if (!kinds.includes(kind)) {
      throw wrong(`the field "${field}" is of kind ${kind}; allowed: ${kinds.join(', ')}`)
    }
    if (nullable) throw wrong(`the field "${field}" is nullable: in a hash it is there or missing`)
  }
  return { name: key, description, fields, $store: 'hash' }
}

/** Whether entities can be put into the key. */
export function checkHashKey(key: string): void {
  if (key.split('{}').length !== 2) throw invalid(key, 'the key has {} once, where the entity is')
  if (key.length > MAX_KEY) throw invalid(key, `the key has more than ${MAX_KEY} characters`)
}

function invalid(key: string, message: string): HeadraceError {
  return new HeadraceError('HR_CONFIG_INVALID', `hash "${key}": ${message}`)
}

export function isHash(value: unknown): value is Hash {
  return typeof value === 'object' && value !== null && '$store' in value && value.$store === 'hash'
}

/** The key of one entity's hash. */
export function hashKey({ name }: Pick<Hash, 'name'>, entity: string | number | bigint): string {
  const at = name.indexOf('{}')
  return name.slice(0, at) + entity + name.slice(at + 2)
}

/** Hashes as the engine works with them. */
export interface HashSpec extends Hash {
  readonly kind: 'hash'
}

export function hashSpec(of: Hash): HashSpec {
  return { ...of, kind: 'hash' }
}

/** What steps look up. */
export type LookupSpec = FeatureViewSpec | HashSpec

/** For messages. */
export function lookupTitle({ kind, name }: LookupSpec): string {
  return `${kind === 'hash' ? 'hash' : 'feature view'} "${name}"`
}
