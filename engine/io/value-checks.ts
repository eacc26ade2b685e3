import type { Column } from '../batch/columns.ts'
import type { Field, Schema } from '../batch/schema.ts'
import type { StoreSpec } from '../stores/stores.ts'

export interface RowCheck {
  /** Its index. */
  readonly column: number
  /** What is wrong with the value in a row, if anything is. */
  complaint(column: Column, row: number): string | undefined
}

/** Points of no time; numbers that are none, or out of the range that their field allows. */
export function valueChecks(schema: Schema, spec: StoreSpec): RowCheck[] {
  const needed = spec.kind === 'series' ? spec.time : null
  return schema.names.flatMap((name, column) => {
    const field = schema.fields[name] as Field
    const checks = [name === needed ? missingIn(name, field) : undefined, checkOf(name, field)]
    return checks.flatMap(complaint => (complaint === undefined ? [] : [{ column, complaint }]))
  })
}

function missingIn(name: string, { nullable }: Field): RowCheck['complaint'] | undefined {
  if (!nullable) return undefined
  return ({ nulls }, row) => (nulls !== null && nulls[row] !== 0 ? `${name} is null` : undefined)
}

const floats = ['float', 'double']
const numbers = ['int', 'long', 'timestamp', ...floats]

function checkOf(name: string, { kind, min, max }: Field): RowCheck['complaint'] | undefined {
  if (!numbers.includes(kind)) return undefined
  if (min === undefined && max === undefined && !floats.includes(kind)) return undefined
  const [least, most] = [min ?? Number.NEGATIVE_INFINITY, max ?? Number.POSITIVE_INFINITY]
  return (column, row) => {
    const { values, nulls } = column as { values: Float64Array; nulls: Uint8Array | null }
    if (nulls !== null && nulls[row] !== 0) return undefined
    const value = values[row]
    if (!Number.isFinite(value)) return `${name} is ${value}, which is not a number that can be kept`
    return value < least || value > most ? `${name} is ${value}, allowed are ${least} to ${most}` : undefined
  }
}
