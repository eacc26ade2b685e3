import type { Batch } from '../../engine/batch/batch.ts'
import type { Field, Schema } from '../../engine/batch/schema.ts'
import { readValue } from '../../engine/batch/values.ts'
import { HeadraceError } from '../../engine/errors.ts'
import { limits } from '../../engine/limits.ts'
import { numbersOf } from './column-numbers.ts'
import type { FieldReference, Reference } from './reference.ts'
import { sealReference } from './reference.ts'
import { summaryOfCategories, summaryOfNumbers } from './summaries.ts'

const numberKinds = ['int', 'long', 'timestamp', 'float', 'double']
const categoryKinds = ['string', 'enum', 'boolean']
export const watchableKinds = [...numberKinds, ...categoryKinds]

/** How a column is compared. */
export function kindOfField(schema: Schema, name: string, step: string): 'number' | 'category' {
  const field = schema.fields[name]
  if (field !== undefined && numberKinds.includes(field.kind)) return 'number'
  if (field !== undefined && categoryKinds.includes(field.kind)) return 'category'
  const message =
    field === undefined
      ? `fields: there is no "${name}"; there are ${schema.names.join(', ')}`
      : `fields: "${name}" is of kind ${field.kind}; allowed: ${watchableKinds.join(', ')}`
  throw new HeadraceError('HR_COLUMN_UNKNOWN', message, { step })
}

/** The values of a column, until there are enough of them. */
export class NumberSample {
  count = 0
  private values = new Float64Array(1024)

  add(values: Float64Array, from: number, to: number): void {
    for (let row = from; row < to; row++) {
      const value = values[row]
      if (value - value !== 0) continue
      if (this.count === this.values.length) {
        const larger = new Float64Array(this.count * 2)
        larger.set(this.values)
        this.values = larger
      }
      this.values[this.count++] = value
    }
  }

  from(first: number): Float64Array {
    return this.values.subarray(first, this.count)
  }

  summary(): FieldReference {
    return summaryOfNumbers(this.values.slice(0, this.count))
  }
}

export class CategorySample {
  readonly counts = new Map<string, number>()
  /** Values that came when there were as many categories as there may be. */
  others = 0
  private readonly field: Field

  constructor(field: Field) {
    this.field = field
  }

  add(column: ReturnType<Batch['named']>, from: number, to: number): void {
    for (let row = from; row < to; row++) {
      const value = readValue(this.field, column, row)
      if (value !== null) this.addText(String(value), 1)
    }
  }

  addText(text: string, times: number): void {
    const known = this.counts.get(text)
    if (known === undefined && this.counts.size === limits.referenceCategories) this.others += times
    else this.counts.set(text, (known ?? 0) + times)
  }

  summary(): FieldReference {
    return summaryOfCategories(this.counts, this.others)
  }
}

/** Gathers rows of a stream for a reference. */
export class ReferenceSample {
  rows = 0
  from = Number.POSITIVE_INFINITY
  to = Number.NEGATIVE_INFINITY
  readonly numbers = new Map<string, NumberSample>()
  readonly categories = new Map<string, CategorySample>()
  private readonly names: readonly string[]

  constructor(schema: Schema, names: readonly string[], step: string) {
    this.names = names
    for (const name of names) {
      if (kindOfField(schema, name, step) === 'number') this.numbers.set(name, new NumberSample())
      else this.categories.set(name, new CategorySample(schema.fields[name] as Field))
    }
  }

  /** Takes the first rows of a batch in, `count` of them. */
  take(batch: Batch, count: number): void {
    const { time } = batch
    for (let row = 0; row < count; row++) {
      if (time[row] < this.from) this.from = time[row]
      if (time[row] > this.to) this.to = time[row]
    }
    for (const [name, sample] of this.numbers) sample.add(numbersOf(batch.named(name), batch), 0, count)
    for (const [name, sample] of this.categories) sample.add(batch.named(name), 0, count)
    this.rows += count
  }

  reference(): Reference {
    const fields = this.names.map(name => {
      const sample = this.numbers.get(name) ?? (this.categories.get(name) as CategorySample)
      return [name, sample.summary()]
    })
    const [from, to] = this.rows === 0 ? [0, 0] : [this.from, this.to]
    return sealReference({ rows: this.rows, from, to, fields: Object.fromEntries(fields) })
  }
}
