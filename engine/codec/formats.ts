import type { Schema } from '../batch/schema.ts'
import { makeSchema } from '../batch/schema.ts'
import { HeadraceError } from '../errors.ts'
import type { SchemaRegistry } from '../schema-registry.ts'
import { needRegistry } from '../schema-registry.ts'
import type { TopicSpec } from '../topic.ts'
import { avroDecoder } from './avro/decode.ts'
import { avroEncoder } from './avro/encode.ts'
import { RegisteredDecoder } from './avro/registered.ts'
import type { RowDecoder, RowEncoder } from './codec.ts'
import { jsonDecoder } from './json/decode.ts'
import { jsonEncoder } from './json/encode.ts'

/** The columns that a record's value holds: all but the one that comes from its key. */
export function valueSchema(spec: TopicSpec): Schema {
  const { schema, fromKey } = spec
  if (fromKey === null) return schema
  const fields = Object.entries(schema.fields).filter(([name]) => name !== fromKey)
  return makeSchema(schema.name, Object.fromEntries(fields))
}

/** Decodes a topic's values into columns in the order of its schema; a column from the key is left null. */
export function decoderFor(spec: TopicSpec, registry?: SchemaRegistry): RowDecoder {
  const decoder = valueDecoder(spec, registry)
  if (spec.fromKey === null) return decoder
  const gap = spec.schema.names.indexOf(spec.fromKey)
  return {
    prepare: input => decoder.prepare?.(input),
    decode: (input, wanted, arena, bad) => {
      const columns = decoder.decode(input, wanted.toSpliced(gap, 1), arena, bad)
      return columns.toSpliced(gap, 0, null)
    },
  }
}

function valueDecoder(spec: TopicSpec, registry: SchemaRegistry | undefined): RowDecoder {
  const schema = valueSchema(spec)
  if (spec.registry !== null)
    return new RegisteredDecoder(schema, needRegistry(registry, { topic: spec.name }))
  if (spec.format === 'json') return jsonDecoder(schema)
  return avroDecoder(schema, { framing: spec.schemaId === null ? 'none' : 'confluent' })
}

export function encoderFor(spec: TopicSpec): RowEncoder {
  const schema = valueSchema(spec)
  if (spec.format === 'json') return jsonEncoder(schema)
  if (spec.schemaId !== null) return avroEncoder(schema, { framing: 'confluent', schemaId: spec.schemaId })
  if (spec.registry === null) return avroEncoder(schema)
  throw new HeadraceError('HR_INTERNAL', 'nobody has asked the registry for the schema', { topic: spec.name })
}
