import type { DataType, Vector } from 'apache-arrow'
import {
  Field as ArrowField,
  Schema as ArrowSchema,
  Binary,
  Bool,
  Dictionary,
  FixedSizeList,
  Float32,
  Float64,
  Int32,
  Int64,
  List,
  makeData,
  makeVector,
  Struct,
  TimestampMillisecond,
  Utf8,
} from 'apache-arrow'
import type { Field, Schema } from '../schema.ts'

const schemas = new WeakMap<Schema, ArrowSchema>()
const dictionaries = new WeakMap<DataType, Vector<Utf8>>()

/** The same object each time: batches of one stream have to share their dictionaries' identities. */
export function arrowSchema(schema: Schema): ArrowSchema {
  let made = schemas.get(schema)
  if (made === undefined) {
    made = new ArrowSchema(arrowFields(schema))
    schemas.set(schema, made)
  }
  return made
}

/** The names that a type made here stands for, in the order of their codes. */
export function dictionaryOf(type: DataType): Vector<Utf8> {
  return dictionaries.get(type) as Vector<Utf8>
}

function arrowFields(record: Field): ArrowField[] {
  return Object.entries(record.fields ?? {}).map(([name, field]) => arrowField(name, field))
}

function arrowField(name: string, field: Field): ArrowField {
  return new ArrowField(name, arrowType(field), field.nullable)
}

function arrowType(field: Field): DataType {
  switch (field.kind) {
    case 'boolean':
      return new Bool()
    case 'int':
      return new Int32()
    case 'long':
    case 'bigint':
      return new Int64()
    case 'timestamp':
      return new TimestampMillisecond('UTC')
    case 'float':
      return new Float32()
    case 'double':
      return new Float64()
    case 'string':
    case 'decimal':
      return new Utf8()
    case 'bytes':
      return new Binary()
    case 'enum': {
      const type = new Dictionary(new Utf8(), new Int32())
      dictionaries.set(type, utf8Vector(field.values ?? []))
      return type
    }
    case 'vector':
      return new FixedSizeList(field.size as number, new ArrowField('item', new Float32(), false))
    case 'array':
      return new List(arrowField('item', field.item as Field))
    case 'record':
      return new Struct(arrowFields(field))
  }
}

function utf8Vector(texts: readonly string[]): Vector<Utf8> {
  const parts = texts.map(text => new TextEncoder().encode(text))
  const valueOffsets = new Int32Array(texts.length + 1)
  parts.forEach((part, k) => {
    valueOffsets[k + 1] = valueOffsets[k] + part.length
  })
  const data = new Uint8Array(valueOffsets[texts.length])
  parts.forEach((part, k) => void data.set(part, valueOffsets[k]))
  return makeVector(makeData({ type: new Utf8(), length: texts.length, nullCount: 0, valueOffsets, data }))
}
