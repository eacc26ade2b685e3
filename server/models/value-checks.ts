import { fitsOf } from '../../engine/batch/misfit.ts'
import type { Field } from '../../engine/batch/schema.ts'

type Check = (value: unknown) => boolean

const fitsFloat: Check = value => typeof value === 'number' && Number.isFinite(Math.fround(value))

/** Whether a value that comes from outside is one of a model's field: as a job has them, and no number without bounds. */
export function checkOf(field: Field): Check {
  switch (field.kind) {
    case 'double':
      return Number.isFinite
    case 'float':
      return fitsFloat
    case 'vector': {
      const fits = fitsOf(field)
      return value => fits(value) && Array.prototype.every.call(value, fitsFloat)
    }
    default:
      return fitsOf(field)
  }
}

/** What such values are, for people. */
export function describe({ kind, size }: Field): string {
  switch (kind) {
    case 'boolean':
      return 'true or false'
    case 'int':
      return 'a whole number of 32 bits'
    case 'long':
      return 'a whole number up to 2^53'
    case 'float':
      return 'a number that 32 bits can hold'
    case 'double':
      return 'a number'
    case 'vector':
      return `${size} numbers that 32 bits each can hold`
    default:
      return 'a text'
  }
}
