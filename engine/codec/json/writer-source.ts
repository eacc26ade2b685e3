import type { Field, Schema } from '../../batch/schema.ts'
import type { RowEncoder } from '../codec.ts'
import {
  BYTES_PER_BYTE,
  NUMBER_BYTES,
  writeBigint,
  writeBoolean,
  writeBytes,
  writeFloat,
  writeInt,
  writeNull,
  writeNumber,
  writeString,
} from './write.ts'
import { appendValue, notJson } from './write-nested.ts'

/** Writes a schema's rows one after the other, as RowEncoder does. */
export type RecordWriter = RowEncoder['encode']

const helpers = {
  appendValue,
  notJson,
  writeBigint,
  writeBoolean,
  writeBytes,
  writeFloat,
  writeInt,
  writeNull,
  writeNumber,
  writeString,
}

export function recordWriter(schema: Schema): RecordWriter {
  const fields = schema.names.map(name => schema.fields[name])
  const make = new Function('helpers', 'fields', 'texts', writerSource(schema))
  return make(helpers, fields, fields.map(enumTexts)) as RecordWriter
}

/** The source of a writer: per row it makes room once, then fills it field by field. */
export function writerSource(schema: Schema): string {
  const fields = schema.names.map(name => schema.fields[name])
  const prefixes = schema.names.map((name, k) => `${k === 0 ? '{' : ','}${JSON.stringify(name)}:`)
  const room = roomOf(fields, prefixes)
  return `const { ${Object.keys(helpers).join(', ')} } = helpers
return function writeRecords(columns, rows, out, start, end) {
${fields.map(declare).join('\n')}
  let p = out.length
  for (let row = 0; row < rows; row++) {
    out.length = p
    out.reserve(${room})
    let { bytes, view } = out
    start[row] = p
${fields.map((field, k) => literal(prefixes[k]) + member(field, k, schema.names[k], room)).join('\n')}
${literal(fields.length === 0 ? '{}' : '}')}
    end[row] = p
  }
  out.length = p
}
//# sourceURL=headrace/json-writer/${schema.name}`
}

/** Which parts of a column are read directly; none where appendValue does it all. */
function partsOf(field: Field): readonly string[] {
  switch (field.kind) {
    case 'bytes':
    case 'vector':
    case 'array':
    case 'record':
      return []
    case 'string':
    case 'decimal':
      return ['bytes', 'start', 'end']
    default:
      return ['values']
  }
}

function declare(field: Field, k: number): string {
  const parts = partsOf(field)
  if (parts.length === 0) return ''
  return `  const { ${[...parts, 'nulls'].map(part => `${part}: ${part}${k}`).join(', ')} } = columns[${k}]`
}

/** An expression for the bytes that a row takes at most, without the values that append themselves. */
function roomOf(fields: readonly Field[], prefixes: readonly string[]): string {
  const fixed = fields
    .map((field, k) => Buffer.byteLength(prefixes[k]) + fixedRoom(field))
    .reduce((a, b) => a + b, 2)
  const texts = fields.flatMap((field, k) => {
    if (!partsOf(field).includes('start')) return []
    const length = `(end${k}[row] - start${k}[row]) * ${BYTES_PER_BYTE}`
    return [`(nulls${k} !== null && nulls${k}[row] === 1 ? 0 : ${length})`]
  })
  return [fixed, ...texts].join(' + ')
}

function fixedRoom(field: Field): number {
  return Math.max(NUMBER_BYTES, ...enumTexts(field).map(text => text.length))
}

/** An enum's values as they stand in JSON. */
function enumTexts({ values = [] }: Field): Uint8Array[] {
  return values.map(value => Uint8Array.from(Buffer.from(JSON.stringify(value))))
}

function literal(text: string): string {
  const bytes = Buffer.from(text)
  const stores: string[] = []
  let i = 0
  for (; i + 4 <= bytes.length; i += 4) stores.push(`view.setInt32(p + ${i}, ${bytes.readInt32LE(i)}, true)`)
  for (; i < bytes.length; i++) stores.push(`bytes[p + ${i}] = ${bytes[i]}`)
  return `    // ${JSON.stringify(text)}
    ${stores.join('; ')}
    p += ${bytes.length}
`
}

function member(field: Field, k: number, name: string, room: string): string {
  if (partsOf(field).length === 0) {
    return `    out.length = p
    appendValue(out, fields[${k}], columns[${k}], row, ${JSON.stringify(name)})
    out.reserve(${room})
    ;({ bytes, view } = out)
    p = out.length`
  }
  const check = `\n    if (p === -1) notJson(${JSON.stringify(name)}, values${k}[row])`
  return `    if (nulls${k} !== null && nulls${k}[row] === 1) p = writeNull(bytes, p)
    else p = ${call(field, k)}${mayFail(field) ? check : ''}`
}

function mayFail(field: Field): boolean {
  return ['long', 'timestamp', 'double', 'float'].includes(field.kind)
}

function call(field: Field, k: number): string {
  switch (field.kind) {
    case 'boolean':
      return `writeBoolean(bytes, p, values${k}[row])`
    case 'int':
      return `writeInt(bytes, p, values${k}[row])`
    case 'bigint':
      return `writeBigint(bytes, p, values${k}, row)`
    case 'float':
      return `writeFloat(bytes, p, values${k}, row)`
    case 'enum':
      return `writeBytes(bytes, p, texts[${k}][values${k}[row]])`
    case 'string':
    case 'decimal':
      return `writeString(bytes, p, bytes${k}, start${k}[row], end${k}[row])`
    default:
      return `writeNumber(bytes, p, values${k}, row)`
  }
}
