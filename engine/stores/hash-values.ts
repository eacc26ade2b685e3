import { fitsOf } from '../batch/misfit.ts'
import type { Field } from '../batch/schema.ts'

const whole = /^[+-]?\d{1,20}$/
const real = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d{1,4})?$/i
const truths: Readonly<Record<string, boolean>> = { true: true, false: false, 1: true, 0: false }

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Reads the texts of a field as its type has them; undefined for what is no value of it. */
export function hashValues(field: Field): (bytes: Uint8Array) => unknown {
  const read = readerOf(field)
  const fits = fitsOf(field)
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = field
  return bytes => {
    const text = textOf(bytes)
    const value = text === undefined ? undefined : read(text)
    if (value === undefined || !fits(value)) return undefined
    return typeof value === 'number' && (value < min || value > max) ? undefined : value
  }
}

function readerOf({ kind }: Field): (text: string) => unknown {
  switch (kind) {
    case 'boolean':
      return text => (Object.hasOwn(truths, text) ? truths[text] : undefined)
    case 'int':
    case 'long':
    case 'timestamp':
      return text => (whole.test(text) ? Number(text) : undefined)
    case 'bigint':
      return text => (whole.test(text) ? BigInt(text.replace('+', '')) : undefined)
    case 'float':
    case 'double':
      return text => (real.test(text) && Number.isFinite(Number(text)) ? Number(text) : undefined)
    default:
      return text => text
  }
}

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes)
  } catch {
    return undefined
  }
}
