import type { Field, Schema } from '../../batch/schema.ts'
import { signature } from '../../batch/schema.ts'
import { HeadraceError } from '../../errors.ts'
import { defaultToJson } from './default.ts'
import type { AvroSchema } from './type.ts'

const validName = /^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$/

/** The Avro schema of a record schema, as JSON: what `avroEncoder` writes. */
export function avroSchema(schema: Schema): AvroSchema {
  return typeOf(schema, schema.name, new Map())
}

/** Whether null is the first alternative of a nullable field: Avro wants a default to be of the first one. */
export function nullComesFirst(field: Field): boolean {
  return field.default === undefined || field.default === null
}

/** `defined` maps the names used so far to the types they stand for. */
function typeOf(field: Field, path: string, defined: Map<string, string>): AvroSchema {
  switch (field.kind) {
    case 'timestamp':
      return { type: 'long', logicalType: 'timestamp-millis' }
    case 'bigint':
      return 'long'
    case 'decimal':
      return { type: 'bytes', logicalType: 'decimal', precision: field.precision, scale: field.scale }
    case 'vector':
      return { type: 'array', items: 'float' }
    case 'array':
      return { type: 'array', items: alternatives(field.item as Field, `${path}_item`, defined) }
    case 'enum':
    case 'record': {
      const name = field.name ?? path.replaceAll('.', '_')
      const shape = signature({ ...field, nullable: false })
      const known = defined.get(name)
      if (known === shape) return name
      if (known !== undefined) throw unsupported(path, `two different types are named \`${name}\``)
      defined.set(name, shape)
      assertName(name, path)
      return field.kind === 'enum' ? enumOf(field, name, path) : recordOf(field, name, path, defined)
    }
    default:
      return field.kind
  }
}

function alternatives(field: Field, path: string, defined: Map<string, string>): AvroSchema {
  const type = typeOf(field, path, defined)
  if (!field.nullable) return type
  return nullComesFirst(field) ? ['null', type] : [type, 'null']
}

/** The enum's own default, beside the field's, is what a symbol unknown to the reader is read as. */
function enumOf(field: Field, name: string, path: string): AvroSchema {
  const symbols = field.values ?? []
  for (const symbol of symbols) assertName(symbol, path)
  return {
    type: 'enum',
    name,
    symbols,
    ...(typeof field.default === 'string' ? { default: field.default } : {}),
  }
}

function recordOf(record: Field, name: string, path: string, defined: Map<string, string>): AvroSchema {
  const fields = Object.entries(record.fields ?? {}).map(([key, field]) => {
    const inner = `${path}.${key}`
    assertName(key, inner)
    return {
      name: key,
      type: alternatives(field, inner, defined),
      ...(field.description === undefined ? {} : { doc: field.description }),
      ...defaultOf(field, inner),
    }
  })
  return { type: 'record', name, fields }
}

function defaultOf(field: Field, path: string): { default?: unknown } {
  if (field.default !== undefined) return { default: defaultToJson(field, field.default, path) }
  return field.nullable ? { default: null } : {}
}

function assertName(name: string, path: string): void {
  if (!validName.test(name)) throw unsupported(path, `\`${name}\` is no name that Avro allows`)
}

function unsupported(path: string, message: string): HeadraceError {
  return new HeadraceError('HR_SCHEMA_UNSUPPORTED', `${path}: ${message}`)
}
