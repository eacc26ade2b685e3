import type { AvroSchema } from '../../engine/codec/avro/type.ts'
import { HeadraceError } from '../../engine/errors.ts'
import { limits } from '../../engine/limits.ts'
import type { Reference, StoredSchema } from './answers.ts'
import { avroOf } from './answers.ts'

/** The schema as one that stands alone: each type that it refers to is defined where it is named first. */
export async function withReferences(
  schema: StoredSchema,
  fetch: (reference: Reference) => Promise<StoredSchema>,
): Promise<AvroSchema> {
  const definitions = new Map<string, AvroSchema>()
  const waiting = [...schema.references]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (definitions.has(next.name)) continue
    if (definitions.size >= limits.schemaReferences) {
      throw new HeadraceError(
        'HR_SCHEMA_UNSUPPORTED',
        `the schema refers to more than ${limits.schemaReferences} others`,
      )
    }
    const stored = await fetch(next)
    definitions.set(next.name, avroOf(stored))
    waiting.push(...stored.references)
  }
  return new Inlining(definitions).type(avroOf(schema), '', 0)
}

type Attributes = Readonly<Record<string, unknown>>

/** Puts definitions in the place of names. */
class Inlining {
  private readonly definitions: ReadonlyMap<string, AvroSchema>
  private readonly placed = new Set<string>()

  constructor(definitions: ReadonlyMap<string, AvroSchema>) {
    this.definitions = definitions
  }

  type(schema: unknown, namespace: string, depth: number): AvroSchema {
    if (depth > limits.schemaDepth) {
      throw new HeadraceError(
        'HR_SCHEMA_UNSUPPORTED',
        `the schema is nested deeper than ${limits.schemaDepth}`,
      )
    }
    if (typeof schema === 'string') return this.named(schema, namespace, depth)
    if (Array.isArray(schema)) return schema.map(branch => this.type(branch, namespace, depth + 1))
    if (typeof schema !== 'object' || schema === null) return schema as never
    return this.definition(schema as Attributes, namespace, depth) as never
  }

  private definition(schema: Attributes, outer: string, depth: number): Attributes {
    const namespace = namespaceOf(schema, outer)
    const inner = (type: unknown) => this.type(type, namespace, depth + 1)
    const { type, items, values, fields } = schema
    if (type === 'array') return { ...schema, items: inner(items) }
    if (type === 'map') return { ...schema, values: inner(values) }
    if ((type === 'record' || type === 'error') && Array.isArray(fields)) {
      return { ...schema, fields: fields.map((field: Attributes) => ({ ...field, type: inner(field.type) })) }
    }
    return type === 'enum' || type === 'fixed' ? schema : { ...schema, type: inner(type) }
  }

  private named(name: string, namespace: string, depth: number): AvroSchema {
    const full = name.includes('.') || namespace === '' ? name : `${namespace}.${name}`
    const key = [full, name].find(one => this.definitions.has(one))
    if (key === undefined) return name
    if (this.placed.has(key)) return key
    this.placed.add(key)
    const definition = this.type(this.definitions.get(key), '', depth + 1)
    // Where it stood alone it had no namespace around it.
    return isAttributes(definition) && !('namespace' in definition)
      ? { ...definition, namespace: '' }
      : definition
  }
}

function namespaceOf({ name, namespace }: Attributes, outer: string): string {
  if (typeof name === 'string' && name.includes('.')) return name.slice(0, name.lastIndexOf('.'))
  return typeof namespace === 'string' ? namespace : outer
}

function isAttributes(schema: AvroSchema): schema is Exclude<AvroSchema, string | readonly AvroSchema[]> {
  return typeof schema === 'object' && !Array.isArray(schema)
}
