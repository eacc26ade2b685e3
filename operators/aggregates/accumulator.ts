import type { BatchArena } from '../../engine/batch/arena.ts'
import type { Batch } from '../../engine/batch/batch.ts'
import type { Column } from '../../engine/batch/columns.ts'
import type { Field, Schema } from '../../engine/batch/schema.ts'
import { signature } from '../../engine/batch/schema.ts'
import { columnOfValues, flatColumn } from '../../engine/batch/value-columns.ts'
import type { RowFailures } from '../../engine/step.ts'
import type { Aggregate, Aggregates, BoundAggregate, FlatFold, ObjectFold } from './aggregate.ts'
import type { FoldCode } from './fold-source.ts'
import { compileFold } from './fold-source.ts'
import { Lanes } from './lanes.ts'

/** The states of many keys: `width` numbers a slot side by side, and a list of values a slot for each object fold. */
export interface FoldStates {
  cells: Float64Array
  readonly objects: unknown[][]
}

interface FlatPart {
  readonly name: string
  readonly fold: FlatFold
  readonly field: Field
  readonly first: number
}

interface ObjectPart {
  readonly name: string
  readonly fold: ObjectFold<unknown, unknown>
  readonly field: Field
  readonly index: number
}

/** A record of aggregates, compiled: adds rows to states, merges states, makes result columns of them. */
export class Accumulator {
  readonly names: readonly string[]
  /** Result columns in the order of the record. */
  readonly fields: Readonly<Record<string, Field>>
  /** What each part is, for the state's shape. */
  readonly parts: Readonly<Record<string, string>>
  /** Numbers a slot. */
  readonly width: number
  readonly init: Float64Array
  readonly flat: readonly FlatPart[]
  readonly objects: readonly ObjectPart[]
  readonly lanes: Lanes
  private readonly code: FoldCode

  constructor(step: string, schema: Schema, aggregates: Aggregates<never>) {
    const entries = Object.entries(aggregates as Record<string, Aggregate<unknown, unknown>>).map(
      ([name, aggregate]): [string, BoundAggregate<unknown, unknown>] => [name, aggregate.bind(schema)],
    )
    this.names = entries.map(([name]) => name)
    this.fields = Object.fromEntries(entries.map(([name, one]) => [name, one.field]))
    this.parts = Object.fromEntries(entries.map(([name, one]) => [name, partName(one)]))
    this.lanes = new Lanes(step, schema, entries)
    const flat: FlatPart[] = []
    const objects: ObjectPart[] = []
    const init: number[] = []
    for (const [name, { fold, field }] of entries) {
      if (fold.kind === 'flat') {
        flat.push({ name, fold, field, first: init.length })
        init.push(...fold.init)
      } else objects.push({ name, fold, field, index: objects.length })
    }
    this.flat = flat
    this.objects = objects
    this.width = init.length
    this.init = Float64Array.from(init)
    this.code = compileFold(step, this.width, flat, objects, this.lanes)
  }

  /** Computes what the rows of a batch contribute: once a batch, before the first `add`. */
  prepare(batch: Batch, failures: RowFailures): void {
    this.lanes.prepare(batch, failures)
  }

  /** Adds the rows `from` to `to` to the states of their slots, and marks these as changed. */
  add(states: FoldStates, slots: Int32Array, from: number, to: number, dirty: Uint8Array): void {
    this.code.add(states.cells, states.objects, slots, from, to, dirty, this.lanes.values, this.lanes.nulls)
  }

  /** Adds the state of slot `from` in `other` to that of slot `to`. */
  merge(states: FoldStates, to: number, other: FoldStates, from: number): void {
    this.code.merge(states.cells, states.objects, to, other.cells, other.objects, from)
  }

  /** Adds the state of each of the first `count` slots of `other` to that of `targets[slot]`. */
  mergeAll(states: FoldStates, targets: Int32Array, other: FoldStates, count: number): void {
    this.code.mergeAll(states.cells, states.objects, targets, other.cells, other.objects, count)
  }

  /** Makes the states of the slots `from` to `to` empty ones. */
  reset(states: FoldStates, from: number, to: number): void {
    const { init, width } = this
    const { cells } = states
    for (let slot = from; slot < to; slot++) {
      for (let k = 0; k < width; k++) cells[slot * width + k] = init[k]
    }
    for (const { fold, index } of this.objects) {
      const list = states.objects[index] as unknown[]
      for (let slot = from; slot < to; slot++) list[slot] = fold.init()
    }
  }

  /** The aggregates that have no value to give for a state which no row has come to. */
  withoutValue(): string[] {
    const raw = this.flat.map(() => new Float64Array(1))
    this.code.results(this.init, new Int32Array(1), 1, raw)
    const flat = this.flat.filter(({ field }, k) => !field.nullable && !Number.isFinite(raw[k]?.[0]))
    const objects = this.objects.filter(
      ({ field, fold }) => !field.nullable && fold.result(fold.init()) == null,
    )
    return [...flat, ...objects].map(({ name }) => name)
  }

  /** The results of the given slots, a column an aggregate in the order of the record. */
  results(states: FoldStates, slots: Int32Array, count: number, arena: BatchArena): Column[] {
    const flat = new Map<string, Column>()
    const raw = this.flat.map(() => arena.f64(count))
    this.code.results(states.cells, slots, count, raw)
    for (const [k, { name, field }] of this.flat.entries()) {
      flat.set(name, flatColumn(field, raw[k] as Float64Array, count, arena))
    }
    for (const { name, fold, field, index } of this.objects) {
      const list = states.objects[index] as unknown[]
      const values = Array.from({ length: count }, (_, i) => fold.result(list[slots[i]]))
      flat.set(name, columnOfValues(field, values, arena))
    }
    return this.names.map(name => flat.get(name) as Column)
  }
}

function partName({ name, fold, field }: BoundAggregate<unknown, unknown>): string {
  const width = fold.kind === 'flat' ? fold.init.length : 'object'
  return `${name}/${width}/${signature(field)}`
}
