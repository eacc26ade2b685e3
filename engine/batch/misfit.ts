import { inspect } from 'node:util'
import type { Field } from './schema.ts'

/** A lambda gave a value that its column cannot hold. An error of that row, with a code of its own. */
export class Misfit extends Error {
  constructor(column: string, field: Field, value: unknown) {
    super(`the value of "${column}" does not fit ${describe(field)}: ${inspect(value).slice(0, 80)}`)
  }
}

type Fits = (value: unknown) => boolean

const isNumber: Fits = value => typeof value === 'number'
const isInt: Fits = value => ((value as number) | 0) === value
const isSafe: Fits = value => Number.isSafeInteger(value)
const isBoolean: Fits = value => typeof value === 'boolean'
const isString: Fits = value => typeof value === 'string'
const isBytes: Fits = value => value instanceof Uint8Array
const isBigint: Fits = value => typeof value === 'bigint' && BigInt.asIntN(64, value) === value

/** Whether a value that is not null fits a column of this type: nothing is wrapped, cut or converted. */
export function fitsOf(field: Field): Fits {
  switch (field.kind) {
    case 'boolean':
      return isBoolean
    case 'int':
      return isInt
    case 'long':
    case 'timestamp':
      return isSafe
    case 'float':
    case 'double':
      return isNumber
    case 'bigint':
      return isBigint
    case 'string':
      return isString
    case 'bytes':
      return isBytes
    case 'decimal':
      return decimalOf(field)
    case 'enum':
      return value => field.values?.includes(value as string) === true
    case 'vector':
      return vectorOf(field)
    case 'array':
      return arrayOf(field)
    case 'record':
      return recordOf(field)
  }
}

function decimalOf({ precision = 0, scale = 0 }: Field): Fits {
  const whole = precision - scale
  const shape = scale === 0 ? /^-?(\d+)$/ : new RegExp(`^-?(\\d+)(?:\\.\\d{1,${scale}})?$`)
  return value => {
    const digits = shape.exec(value as string)?.[1]
    return typeof value === 'string' && digits !== undefined && digits.replace(/^0+/, '').length <= whole
  }
}

function vectorOf({ size }: Field): Fits {
  return value => {
    const numbers = value as ArrayLike<number>
    if (!ArrayBuffer.isView(value) && !Array.isArray(value)) return false
    return numbers.length === size && Array.prototype.every.call(numbers, isNumber)
  }
}

function arrayOf(field: Field): Fits {
  const fits = nullableOf(field.item as Field)
  return value => Array.isArray(value) && value.every(fits)
}

function recordOf(field: Field): Fits {
  const parts = Object.entries(field.fields ?? {}).map(([name, inner]) => ({ name, fits: nullableOf(inner) }))
  return value => {
    if (typeof value !== 'object') return false
    return parts.every(({ name, fits }) => fits((value as Record<string, unknown>)[name]))
  }
}

/** As `fitsOf`, for a value that may be null where the field says so. */
export function nullableOf(field: Field): Fits {
  const fits = fitsOf(field)
  return value => (value == null ? field.nullable : fits(value))
}

function describe(field: Field): string {
  const detail = field.values
    ? `(${field.values.join(', ')})`
    : field.size !== undefined
      ? `(${field.size})`
      : ''
  const digits = field.kind === 'decimal' ? `(${field.precision}, ${field.scale})` : ''
  return `${field.kind}${detail}${digits}`
}
