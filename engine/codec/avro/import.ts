import type { Field, Schema } from '../../batch/schema.ts'
import { makeSchema } from '../../batch/schema.ts'
import { HeadraceError } from '../../errors.ts'
import { defaultFromJson } from './default.ts'
import type { AvroField, AvroRecord, AvroSchema, AvroType } from './type.ts'
import { parseAvro } from './type.ts'

/** The record schema for an Avro schema, so that a topic can be read without describing it again. */
export function schemaFromAvro(json: AvroSchema): Schema {
  const type = parseAvro(json)
  if (type.type !== 'record') throw unsupported('the schema', `${type.type} is no record`)
  return recordFrom(type, type.name)
}

function recordFrom(record: AvroRecord, path: string): Schema {
  return makeSchema(
    record.name,
    Object.fromEntries(record.fields.map(field => [field.name, withOptions(field, `${path}.${field.name}`)])),
  )
}

function withOptions(from: AvroField, path: string): Field {
  const field = fieldFrom(from.type, path)
  const description = from.doc === undefined ? {} : { description: from.doc }
  const value = from.default === undefined ? {} : { default: defaultFromJson(field, from.default) }
  return { ...field, ...description, ...value }
}

function fieldFrom(type: AvroType, path: string): Field {
  switch (type.type) {
    case 'boolean':
    case 'int':
    case 'float':
    case 'double':
    case 'string':
      return { kind: type.type, nullable: false }
    case 'long':
      return { kind: isTimestamp(type.logical) ? 'timestamp' : 'long', nullable: false }
    case 'bytes':
    case 'fixed': {
      const { precision, scale } = type
      if (precision === undefined || scale === undefined) return { kind: 'bytes', nullable: false }
      return { kind: 'decimal', nullable: false, precision, scale }
    }
    case 'enum':
      return { kind: 'enum', nullable: false, name: type.name, values: type.symbols }
    case 'array':
      return { kind: 'array', nullable: false, item: fieldFrom(type.items, `${path}[]`) }
    case 'record':
      return recordFrom(type, path)
    case 'union': {
      const values = type.branches.filter(branch => branch.type !== 'null')
      if (values.length !== 1) throw unsupported(path, 'a union of several types has no column')
      return { ...fieldFrom(values[0], path), nullable: values.length < type.branches.length }
    }
    case 'map':
      throw unsupported(path, 'a map has no column; an array of records with a key and a value has')
    case 'null':
      throw unsupported(path, 'null alone has no column')
  }
}

function isTimestamp(logical: string | undefined): boolean {
  return logical === 'timestamp-millis' || logical === 'timestamp-micros'
}

function unsupported(path: string, message: string): HeadraceError {
  return new HeadraceError('HR_SCHEMA_UNSUPPORTED', `${path}: ${message}`)
}
