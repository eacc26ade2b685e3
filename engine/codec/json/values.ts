import type { Field } from '../../batch/schema.ts'
import type { ErrorCode } from '../../error-codes.ts'

/** A number of a record of which the digits matter: `value` is what JSON.parse makes of `source`. */
export class JsonNumber {
  readonly value: number
  readonly source: string
  constructor(value: number, source: string) {
    this.value = value
    this.source = source
  }
}

/** The third argument of a reviver is not in TypeScript's library. */
export type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown

const keepSource: Reviver = (_key, value, { source }) =>
  typeof value === 'number' ? new JsonNumber(value, source as string) : value

/** For JSON.parse, where the digits of a field's numbers matter beyond what a double holds. */
export function reviverFor(field: Field): Reviver | undefined {
  return needsSource(field) ? keepSource : undefined
}

function needsSource(field: Field): boolean {
  if (field.kind === 'bigint' || field.kind === 'decimal') return true
  if (field.item !== undefined) return needsSource(field.item)
  return field.fields !== undefined && Object.values(field.fields).some(needsSource)
}

/** Why a value does not fit its field. */
export class Problem {
  readonly code: ErrorCode
  private readonly path: string
  private readonly reason: string
  constructor(code: ErrorCode, path: string, reason: string) {
    this.code = code
    this.path = path
    this.reason = reason
  }

  get message(): string {
    return this.path === '' ? this.reason : `${this.path}: ${this.reason}`
  }

  /** The same seen from outside: `step` leads to the value that has it. */
  within(step: string): Problem {
    const dot = this.path === '' || this.path.startsWith('[') ? '' : '.'
    return new Problem(this.code, step + dot + this.path, this.reason)
  }
}

export type Scalar = number | bigint | string | Uint8Array

const INT64_MIN = -(2n ** 63n)
const INT64_MAX = 2n ** 63n - 1n
const PLAIN_DECIMAL = /^(-?)(0|[1-9]\d*)(?:\.(\d+))?$/
const NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/
/** Digits beyond which a number with an exponent is not written out. */
const LONGEST_DECIMAL = 1000

/** A JSON value as what the field's column holds. */
export function fromJson(field: Field, value: unknown): Scalar | Problem {
  switch (field.kind) {
    case 'boolean':
      return typeof value === 'boolean' ? Number(value) : mismatch(field, value)
    case 'string':
      return typeof value === 'string' ? value : mismatch(field, value)
    case 'bytes':
      return (typeof value === 'string' ? fromBase64(value) : undefined) ?? mismatch(field, value)
    case 'enum': {
      const code = typeof value === 'string' ? (field.values?.indexOf(value) ?? -1) : -1
      return code === -1 ? mismatch(field, value) : code
    }
    case 'decimal':
      return decimalText(field, value) ?? mismatch(field, value)
    case 'bigint':
      return value instanceof JsonNumber ? int64(field, value) : mismatch(field, value)
    default: {
      const number = numberOf(value)
      return number === undefined ? mismatch(field, value) : fromNumber(field, number)
    }
  }
}

export function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value
  return value instanceof JsonNumber ? value.value : undefined
}

function fromNumber(field: Field, value: number): number | Problem {
  switch (field.kind) {
    case 'int':
      return value === (value | 0) ? value | 0 : mismatch(field, value)
    case 'long':
    case 'timestamp': {
      if (!Number.isInteger(value)) return mismatch(field, value)
      if (Number.isSafeInteger(value)) return value === 0 ? 0 : value
      return new Problem(
        'HR_NUMBER_UNSAFE',
        '',
        `${value} is beyond 2^53, where not every integer is a number`,
      )
    }
    default:
      return value
  }
}

export function mismatch(field: Field, value: unknown): Problem {
  return new Problem('HR_RECORD_MISMATCH', '', `expected ${expectation(field)}, found ${describe(value)}`)
}

function expectation(field: Field): string {
  const orNull = field.nullable ? ' or null' : ''
  switch (field.kind) {
    case 'enum':
      return `one of ${field.values?.join(', ')}${orNull}`
    case 'bytes':
      return `bytes in base64${orNull}`
    case 'decimal':
      return `a decimal of ${field.precision} digits, ${field.scale} of them after the point${orNull}`
    case 'vector':
      return `an array of ${field.size} numbers${orNull}`
    case 'record':
      return `an object${orNull}`
    default:
      return `${/^[aeiou]/.test(field.kind) ? 'an' : 'a'} ${field.kind}${orNull}`
  }
}

function describe(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return `an array of ${value.length}`
  if (value instanceof JsonNumber) return value.source.slice(0, 40)
  if (typeof value === 'object') return 'an object'
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value)
  return text.length > 40 ? `${text.slice(0, 40)}...` : text
}

function fromBase64(text: string): Uint8Array | undefined {
  // The decoder would skip white space, which nobody means to send.
  if (/\s/.test(text)) return undefined
  try {
    return Uint8Array.fromBase64(text, { lastChunkHandling: 'strict' })
  } catch {
    return undefined
  }
}

/** The integer that the digits stand for: 1.0 and 1e3 are some. */
function int64(field: Field, number: JsonNumber): bigint | Problem {
  const plain = writtenOut(number.source)
  const match = plain === undefined ? null : /^(-?\d+)(?:\.0*)?$/.exec(plain)
  if (match === null) return mismatch(field, number)
  const value = BigInt(match[1])
  if (value >= INT64_MIN && value <= INT64_MAX) return value
  return new Problem('HR_RECORD_MISMATCH', '', `${describe(number)} does not fit in 64 bits`)
}

function decimalText(field: Field, value: unknown): string | undefined {
  const text =
    typeof value === 'string' ? value : value instanceof JsonNumber ? writtenOut(value.source) : undefined
  const match = text === undefined ? null : PLAIN_DECIMAL.exec(text)
  if (match === null) return undefined
  const fraction = (match[3] ?? '').replace(/0+$/, '')
  const { precision = 0, scale = 0 } = field
  const whole = match[2] === '0' ? 0 : match[2].length
  return fraction.length <= scale && whole <= precision - scale ? text : undefined
}

/** The same number without an exponent, undefined for an absurdly long one. */
function writtenOut(source: string): string | undefined {
  const match = NUMBER.exec(source)
  if (match === null) return undefined
  const [, sign, whole, fraction = '', exponent] = match
  if (exponent === undefined) return source
  const shift = Number(exponent)
  if (Math.abs(shift) + source.length > LONGEST_DECIMAL) return undefined
  const digits =
    '0'.repeat(Math.max(0, -shift)) + whole + fraction + '0'.repeat(Math.max(0, shift - fraction.length))
  const point = Math.max(0, -shift) + whole.length + shift
  const left = digits.slice(0, point).replace(/^0+(?=\d)/, '') || '0'
  const right = digits.slice(point).replace(/0+$/, '')
  return right === '' ? `${sign}${left}` : `${sign}${left}.${right}`
}

/** The JSON value that decodes to a field's default. */
export function toJsonValue(field: Field, value: unknown): unknown {
  if (value === null || value === undefined) return null
  if (typeof value === 'bigint') return new JsonNumber(Number(value), String(value))
  if (field.kind === 'bytes') return (value as Uint8Array).toBase64()
  if (field.kind === 'vector') return Array.from(value as Float32Array)
  if (field.item !== undefined)
    return (value as readonly unknown[]).map(item => toJsonValue(field.item as Field, item))
  if (field.fields !== undefined) {
    const record = value as Record<string, unknown>
    return Object.fromEntries(
      Object.entries(field.fields).map(([name, inner]) => [name, toJsonValue(inner, record[name])]),
    )
  }
  return value
}
