import type { Field, Schema } from '../../engine/batch/schema.ts'
import { HeadraceError } from '../../engine/errors.ts'
import { limits } from '../../engine/limits.ts'

/** A line of a file of labels or interactions: its fields by name, from JSON or as text. */
export type FileRecord = Readonly<Record<string, unknown>>

const negative: readonly unknown[] = [false, 0, null, '', '0', 'false']

/** What is known to be an alarm, by key. A record with a field `label` that is false, 0 or empty is none. */
export class Labels {
  readonly key: readonly string[]
  private readonly fields: readonly Field[]
  private readonly numbers = new Map<string, number>()

  constructor(schema: Schema, key: readonly string[]) {
    this.key = key
    this.fields = key.map(name => schema.fields[name])
  }

  get size(): number {
    return this.numbers.size
  }

  add(record: FileRecord): void {
    const missing = this.key.find(name => record[name] === undefined)
    if (missing !== undefined) throw new HeadraceError('HR_RECORD_MISMATCH', `it has no "${missing}"`)
    if ('label' in record && negative.includes(record.label)) return
    const name = this.keyText(this.key.map((name, index) => plain(this.fields[index], record[name])))
    if (this.numbers.has(name)) return
    if (this.numbers.size >= limits.diffLabels) {
      throw new HeadraceError('HR_RECORD_MISMATCH', `there are more than ${limits.diffLabels} labels`)
    }
    this.numbers.set(name, this.numbers.size)
  }

  /** The number of the label with these values; -1 where there is none. */
  find(values: readonly unknown[]): number {
    return this.numbers.get(this.keyText(values)) ?? -1
  }

  private keyText(values: readonly unknown[]): string {
    return values.length === 1 ? String(values[0]) : JSON.stringify(values.map(String))
  }
}

/** A value from a file as one of a column: times may be in ISO form, numbers may be text. */
export function plain({ kind }: Field, value: unknown): unknown {
  if (kind === 'timestamp') return timeOf(value)
  return ['int', 'long', 'float', 'double'].includes(kind) ? Number(value) : value
}

/** Milliseconds. */
export function timeOf(value: unknown): number {
  if (typeof value === 'number') return value
  const text = String(value)
  const time = /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : Date.parse(text)
  if (!Number.isNaN(time)) return time
  throw new HeadraceError('HR_RECORD_MISMATCH', `"${text}" is no time: milliseconds, or in ISO form`)
}
