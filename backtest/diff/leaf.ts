import type { Field, Fields, Schema } from '../../engine/batch/schema.ts'

/**
 * How the values of a leaf are kept and compared: as numbers; as codes, which have no distance; as decimals, which are
 * text with one; as lists of fractional numbers; as bytes that are the same or not, which for what else there is are its JSON.
 */
export type Form = 'number' | 'code' | 'bigint' | 'decimal' | 'numbers' | 'text' | 'json'

/** A column, or a field of a record in a column, however deep. */
export interface Leaf {
  /** As in `position.x`. */
  readonly name: string
  /** The column's index, then that of the field in each record on the way. */
  readonly path: readonly number[]
  readonly field: Field
  readonly form: Form
}

export function leavesOf({ fields }: Schema): Leaf[] {
  return leavesWithin(fields, [], '')
}

/** Whether it has a place of its own in a row, or bytes beside it. */
export function isFixed({ form }: Leaf): boolean {
  return form === 'number' || form === 'code' || form === 'bigint'
}

/** Whether two of its values have a distance. */
export function isMeasured({ form }: Leaf): boolean {
  return form === 'number' || form === 'bigint' || form === 'decimal' || form === 'numbers'
}

function leavesWithin(fields: Fields, path: readonly number[], prefix: string): Leaf[] {
  return Object.entries(fields).flatMap(([name, field], index) => {
    const here = [...path, index]
    if (field.kind === 'record') return leavesWithin(field.fields ?? {}, here, `${prefix}${name}.`)
    return { name: prefix + name, path: here, field, form: formOf(field) }
  })
}

const floatKinds = ['float', 'double']
const numberKinds = ['int', 'long', 'timestamp', ...floatKinds]

function formOf({ kind, item }: Field): Form {
  if (numberKinds.includes(kind)) return 'number'
  switch (kind) {
    case 'boolean':
    case 'enum':
      return 'code'
    case 'bigint':
    case 'decimal':
      return kind
    case 'vector':
      return 'numbers'
    case 'array':
      // Whole numbers in a list are mostly names, as of items.
      return item !== undefined && !item.nullable && floatKinds.includes(item.kind) ? 'numbers' : 'json'
    default:
      return 'text'
  }
}
