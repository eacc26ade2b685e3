import type { Field, Schema } from '../engine/batch/schema.ts'

/** The columns of a schema in one line: `user: long, tags: array<string>, note: string?`. */
export function schemaText(schema: Schema): string {
  return columnsText(schema.fields)
}

function columnsText(fields: Readonly<Record<string, Field>>): string {
  return Object.entries(fields)
    .map(([name, field]) => `${name}: ${fieldText(field)}`)
    .join(', ')
}

function fieldText(field: Field): string {
  return `${kindText(field)}${field.nullable ? '?' : ''}`
}

function kindText({ kind, values, size, precision, scale, item, fields }: Field): string {
  if (values !== undefined) return values.join('|')
  if (size !== undefined) return `${kind}(${size})`
  if (scale !== undefined) return `${kind}(${precision},${scale})`
  if (item !== undefined) return `array<${fieldText(item)}>`
  return fields === undefined ? kind : `{ ${columnsText(fields)} }`
}
