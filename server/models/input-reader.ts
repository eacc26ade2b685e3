import type { Field, Fields } from '../../engine/batch/schema.ts'
import { invalid } from './invalid.ts'
import { checkOf, describe } from './value-checks.ts'

export type GivenRow = Readonly<Record<string, unknown>>

/** Reads values of a model's inputs out of what comes from outside, and checks them by the types that it has. */
export class InputReader {
  readonly names: readonly string[]
  private readonly inputs: Fields
  private readonly checks: ReadonlyMap<string, (value: unknown) => boolean>

  constructor(inputs: Fields) {
    this.names = Object.keys(inputs)
    this.inputs = inputs
    this.checks = new Map(Object.entries<Field>(inputs).map(([name, field]) => [name, checkOf(field)]))
  }

  /** Some inputs from rows of JSON, a list for each; each row has to have them all, perhaps as null, and nothing else. */
  rows(rows: readonly GivenRow[], names: readonly string[]): unknown[][] {
    const columns = names.map(name => this.column(name, rows.length, row => rows[row][name], atRow))
    rows.forEach((row, index) => {
      const keys = Object.keys(row)
      if (keys.length === names.length) return
      const more = keys.find(key => !names.includes(key))
      throw invalid(`${atRow(index, String(more))} is one too many: a row is to have ${names.join(', ')}`)
    })
    return columns
  }

  /** One input, whose values `valueAt` gives; `placeAt` says where they come from. */
  column(
    name: string,
    rows: number,
    valueAt: (row: number) => unknown,
    placeAt: (row: number, name: string) => string,
  ): unknown[] {
    const fits = this.checks.get(name)
    if (fits === undefined) {
      throw invalid(`${name} is no input of the model: its inputs are ${this.names.join(', ')}`)
    }
    return Array.from({ length: rows }, (_, row) => {
      const value = valueAt(row)
      if (value === null || fits(value)) return value
      const fault = value === undefined ? 'is missing' : `has to be ${describe(this.inputs[name])}`
      throw invalid(`${placeAt(row, name)} ${fault}`)
    })
  }
}

function atRow(row: number, name: string): string {
  return `rows/${row}/${name}`
}
