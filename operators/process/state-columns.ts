import { keep } from '../../engine/batch/arena.ts'
import { Misfit, nullableOf } from '../../engine/batch/misfit.ts'
import type { Field, Fields } from '../../engine/batch/schema.ts'
import { signature } from '../../engine/batch/schema.ts'
import { HeadraceError } from '../../engine/errors.ts'
import type { StateWriter } from '../../engine/state/blob/blob.ts'
import type { StateTable } from '../../engine/state/blob/blob-table.ts'
import { fromSaved, toSaved } from './saved-value.ts'

const FEWEST = 128
const numeric = ['int', 'long', 'timestamp', 'float', 'double', 'boolean']

interface StateColumn {
  readonly name: string
  readonly field: Field
  readonly initial: unknown
  readonly fits: (value: unknown) => boolean
  /** By slot: numbers where the field allows it, else whatever the values are. */
  values: Float64Array | unknown[]
}

type Values = Record<string, unknown>

/** The declared state of all keys, a column a field. */
export class StateColumns {
  /** What each column holds, for the state's shape. */
  readonly parts: Readonly<Record<string, string>>
  private readonly columns: readonly StateColumn[]
  private capacity = FEWEST

  constructor(step: string, fields: Fields) {
    this.parts = Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, signature(field)]))
    this.columns = Object.entries(fields).map(([name, field]) => ({
      name,
      field,
      initial: initialOf(step, name, field),
      fits: nullableOf(field),
      values: numeric.includes(field.kind) && !field.nullable ? keep.f64(FEWEST) : [],
    }))
  }

  grow(slots: number): void {
    if (slots <= this.capacity) return
    this.capacity = Math.max(slots, this.capacity * 2)
    for (const column of this.columns) {
      if (!(column.values instanceof Float64Array)) continue
      const larger = keep.f64(this.capacity)
      larger.set(column.values)
      keep.release(column.values)
      column.values = larger
    }
  }

  begin(into: Values): void {
    for (const { name, initial } of this.columns) into[name] = initial
  }

  load(slot: number, into: Values): void {
    for (const { name, field, values } of this.columns) {
      into[name] = field.kind === 'boolean' && !field.nullable ? values[slot] === 1 : values[slot]
    }
  }

  /** Throws where a value does not fit its field. */
  check(from: Values): void {
    for (const { name, field, fits } of this.columns) {
      if (!fits(from[name])) throw new Misfit(name, field, from[name])
    }
  }

  store(slot: number, from: Values): void {
    for (const { name, values } of this.columns) {
      const value = from[name]
      values[slot] = values instanceof Float64Array ? Number(value) : (value ?? null)
    }
  }

  /** Whether these values are those that a key begins with. */
  isInitial(values: Values): boolean {
    return this.columns.every(({ name, initial }) => Object.is(values[name], initial))
  }

  /** Moves the values of the listed slots to slots 0, 1, 2, ... */
  compact(slots: Int32Array): void {
    for (const { values } of this.columns) {
      for (let i = 0; i < slots.length; i++) values[i] = values[slots[i]]
      if (!(values instanceof Float64Array)) values.length = slots.length
    }
  }

  write(writer: StateWriter, slots: Int32Array): void {
    for (const { name, field, values } of this.columns) {
      if (values instanceof Float64Array) writer.f64At(`state/${name}`, values, slots, slots.length)
      else {
        const texts = Array.from(slots, slot => JSON.stringify(toSaved(field, values[slot])))
        writer.strings(`state/${name}`, texts)
      }
    }
  }

  /** Fills the given slots, a row of the table each: fields that were not stored alike begin anew. */
  read(table: StateTable, slots: Int32Array, stored: Readonly<Record<string, string>>): void {
    for (const { name, field, initial, values } of this.columns) {
      const same = stored[name] === this.parts[name]
      const numbers = same && values instanceof Float64Array ? table.f64(`state/${name}`) : undefined
      const texts = same && numbers === undefined ? table.strings(`state/${name}`) : undefined
      slots.forEach((slot, row) => {
        if (values instanceof Float64Array) values[slot] = numbers?.[row] ?? Number(initial)
        else values[slot] = texts === undefined ? initial : fromSaved(field, JSON.parse(texts[row]))
      })
    }
  }

  release(): void {
    for (const { values } of this.columns) if (values instanceof Float64Array) keep.release(values)
  }
}

function initialOf(step: string, name: string, field: Field): unknown {
  if (field.default !== undefined) return field.default
  if (field.nullable) return null
  if (field.kind === 'boolean') return false
  if (field.kind === 'bigint') return 0n
  if (field.kind === 'string') return ''
  if (field.kind === 'array') return Object.freeze([])
  if (numeric.includes(field.kind)) return 0
  const message = `state "${name}" is ${field.kind}: say what it begins with, as in { default: ... }, or make it nullable`
  throw new HeadraceError('HR_CONFIG_INVALID', message, { step })
}
