import type { Schema } from '../batch/schema.ts'
import { makeSchema } from '../batch/schema.ts'
import type { TopicSpec } from '../topic.ts'
import { avroDecoder } from './avro/decode.ts'
import { avroEncoder } from './avro/encode.ts'
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
export function decoderFor(spec: TopicSpec): RowDecoder {
  const schema = valueSchema(spec)
  const framing = spec.schemaId === null ? 'none' : 'confluent'
  const decoder = spec.format === 'avro' ? avroDecoder(schema, { framing }) : jsonDecoder(schema)
  if (spec.fromKey === null) return decoder
  const gap = spec.schema.names.indexOf(spec.fromKey)
  return {
    decode: (input, wanted, arena, bad) => {
      const columns = decoder.decode(input, wanted.toSpliced(gap, 1), arena, bad)
      return columns.toSpliced(gap, 0, null)
    },
  }
}

export function encoderFor(spec: TopicSpec): RowEncoder {
  const schema = valueSchema(spec)
  if (spec.format === 'json') return jsonEncoder(schema)
  return spec.schemaId === null
    ? avroEncoder(schema)
    : avroEncoder(schema, { framing: 'confluent', schemaId: spec.schemaId })
}
