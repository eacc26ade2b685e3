import { HeadraceError } from '../../../engine/errors.ts'

/** Why a model cannot be written. */
export function unwritable(message: string): HeadraceError {
  return new HeadraceError('HR_MODEL_UNWRITABLE', message)
}

/** Numbers that a model can hold: finite, in 32 bits too. */
export function requireNumbers(name: string, values: ArrayLike<number>, length: number): void {
  if (values.length !== length) throw unwritable(`${name} has ${values.length} numbers, not ${length}`)
  for (let index = 0; index < length; index++) {
    if (!isFloat(values[index]!)) throw unwritable(`${name}[${index}] is ${values[index]}`)
  }
}

export function requireNumber(name: string, value: number): void {
  if (!isFloat(value)) throw unwritable(`${name} is ${value}`)
}

export function requireWhole(name: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return
  throw unwritable(`${name} is ${value}; allowed: whole numbers from ${least} to ${most}`)
}

export function requireOneOf(name: string, value: string, allowed: readonly string[]): void {
  if (!allowed.includes(value)) throw unwritable(`${name} is ${value}; allowed: ${allowed.join(', ')}`)
}

function isFloat(value: number): boolean {
  return Number.isFinite(Math.fround(value))
}
