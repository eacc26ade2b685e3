import { HeadraceError } from '../../errors.ts'
import { limits } from '../../limits.ts'

/** An Avro schema as JSON: a type's name, a definition, or a list of alternatives. */
export type AvroSchema = string | AvroDefinition | readonly AvroSchema[]

export interface AvroDefinition {
  readonly type: AvroSchema
  readonly [attribute: string]: unknown
}

/** A schema with its names looked up. */
export type AvroType = AvroPrimitive | AvroFixed | AvroEnum | AvroArray | AvroMap | AvroUnion | AvroRecord

interface Logical {
  readonly logical?: string | undefined
  readonly precision?: number | undefined
  readonly scale?: number | undefined
}

export interface AvroPrimitive extends Logical {
  readonly type: PrimitiveName
}
export interface AvroFixed extends Logical {
  readonly type: 'fixed'
  readonly name: string
  readonly size: number
}
export interface AvroEnum {
  readonly type: 'enum'
  readonly name: string
  readonly symbols: readonly string[]
}
export interface AvroArray {
  readonly type: 'array'
  readonly items: AvroType
}
export interface AvroMap {
  readonly type: 'map'
  readonly values: AvroType
}
export interface AvroUnion {
  readonly type: 'union'
  readonly branches: readonly AvroType[]
}
export interface AvroRecord {
  readonly type: 'record'
  readonly name: string
  readonly fields: readonly AvroField[]
}
export interface AvroField {
  readonly name: string
  readonly aliases: readonly string[]
  readonly type: AvroType
  /** As JSON; undefined where there is none. */
  readonly default: unknown
  readonly doc?: string | undefined
}

const primitives = ['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string'] as const
export type PrimitiveName = (typeof primitives)[number]

/** The names defined so far; one still being defined is `open`. */
interface Scope {
  readonly types: Map<string, AvroType | 'open'>
  readonly namespace: string
  readonly depth: number
}

export function parseAvro(schema: AvroSchema): AvroType {
  return parse(schema, { types: new Map(), namespace: '', depth: 0 })
}

function parse(schema: unknown, outer: Scope): AvroType {
  const scope = { ...outer, depth: outer.depth + 1 }
  if (scope.depth > limits.schemaDepth) {
    throw new HeadraceError('HR_SCHEMA_UNSUPPORTED', `the schema is nested deeper than ${limits.schemaDepth}`)
  }
  if (typeof schema === 'string') return named(schema, scope)
  if (Array.isArray(schema)) return { type: 'union', branches: schema.map(branch => parse(branch, scope)) }
  if (!isDefinition(schema)) throw invalid(`${JSON.stringify(schema)} is no type`)
  switch (schema.type) {
    case 'record':
    case 'error':
      return parseRecord(schema, scope)
    case 'enum':
      return define(schema, scope, name => ({
        type: 'enum',
        name,
        symbols: strings(schema, 'symbols', name),
      }))
    case 'fixed':
      return define(schema, scope, name => ({
        type: 'fixed',
        name,
        size: sizeOf(schema, name),
        ...logical(schema),
      }))
    case 'array':
      return { type: 'array', items: parse(schema.items, scope) }
    case 'map':
      return { type: 'map', values: parse(schema.values, scope) }
    default: {
      const type = parse(schema.type, scope)
      return isPrimitive(type.type) ? { type: type.type, ...logical(schema) } : type
    }
  }
}

function named(name: string, scope: Scope): AvroType {
  if (isPrimitive(name)) return { type: name }
  const full = name.includes('.') || scope.namespace === '' ? name : `${scope.namespace}.${name}`
  const type = scope.types.get(full) ?? scope.types.get(name)
  if (type === undefined) throw invalid(`there is no type \`${name}\``)
  if (type === 'open') {
    const message = `\`${full}\` contains itself: a record of unbounded depth has no columns`
    throw new HeadraceError('HR_SCHEMA_UNSUPPORTED', message)
  }
  return type
}

function parseRecord(schema: AvroDefinition, outer: Scope): AvroType {
  return define(schema, outer, (name, scope) => {
    const { fields } = schema
    if (!Array.isArray(fields)) throw invalid(`record \`${name}\` has no fields`)
    const parsed = fields.map((field: unknown) => parseField(field, name, scope))
    if (new Set(parsed.map(field => field.name)).size < parsed.length) {
      throw invalid(`record \`${name}\` has two fields of one name`)
    }
    return { type: 'record', name, fields: parsed }
  })
}

function parseField(field: unknown, record: string, scope: Scope): AvroField {
  if (!isDefinition(field) || typeof field.name !== 'string') {
    throw invalid(`a field of \`${record}\` has no name or type`)
  }
  return {
    name: field.name,
    aliases: field.aliases === undefined ? [] : strings(field, 'aliases', field.name),
    type: parse(field.type, scope),
    default: field.default,
    doc: typeof field.doc === 'string' ? field.doc : undefined,
  }
}

function define(
  schema: AvroDefinition,
  scope: Scope,
  make: (name: string, scope: Scope) => AvroType,
): AvroType {
  const { name, namespace } = schema
  if (typeof name !== 'string' || name === '') throw invalid(`a ${String(schema.type)} has no name`)
  const space = typeof namespace === 'string' ? namespace : scope.namespace
  const full = name.includes('.') || space === '' ? name : `${space}.${name}`
  if (scope.types.has(full)) throw invalid(`\`${full}\` is defined twice`)
  scope.types.set(full, 'open')
  const type = make(full, { ...scope, namespace: full.slice(0, Math.max(0, full.lastIndexOf('.'))) })
  scope.types.set(full, type)
  return type
}

function logical(schema: AvroDefinition): Logical {
  const { logicalType, precision, scale = 0 } = schema
  if (typeof logicalType !== 'string') return {}
  if (logicalType !== 'decimal') return { logical: logicalType }
  // As the specification says: a logical type that is not valid is as if it were not there.
  if (!isCount(precision) || precision === 0 || !isCount(scale) || scale > precision) return {}
  return { logical: logicalType, precision, scale }
}

function sizeOf(schema: AvroDefinition, name: string): number {
  if (!isCount(schema.size)) throw invalid(`the size of \`${name}\` is no whole number`)
  return schema.size
}

function strings(schema: AvroDefinition, key: string, name: string): readonly string[] {
  const list = schema[key]
  if (!Array.isArray(list) || !list.every(item => typeof item === 'string')) {
    throw invalid(`the ${key} of \`${name}\` are no list of names`)
  }
  return list
}

function isDefinition(value: unknown): value is AvroDefinition {
  return typeof value === 'object' && value !== null && 'type' in value
}

function isPrimitive(name: unknown): name is PrimitiveName {
  return (primitives as readonly unknown[]).includes(name)
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0
}

function invalid(message: string): HeadraceError {
  return new HeadraceError('HR_SCHEMA_INVALID', `the Avro schema is not valid: ${message}`)
}
