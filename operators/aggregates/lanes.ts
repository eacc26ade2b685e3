import type { Batch } from '../../engine/batch/batch.ts'
import type { Cursor } from '../../engine/batch/cursor.ts'
import { cursorFor } from '../../engine/batch/cursor.ts'
import { mapLoop, numberLoop } from '../../engine/batch/loops.ts'
import type { Schema } from '../../engine/batch/schema.ts'
import { HeadraceError } from '../../engine/errors.ts'
import type { RowFailures } from '../../engine/step.ts'
import type { AggregateInput, BoundAggregate } from './aggregate.ts'

type Input = AggregateInput<unknown>
type Values = Float64Array | unknown[]

/** How one lane gets its values for a batch. */
type Fill = (batch: Batch, failures: RowFailures) => { values: Values; nulls: Uint8Array | null }

const numeric = ['int', 'long', 'timestamp', 'double', 'float', 'boolean']

/**
 * The inputs of a step's aggregates as arrays by row: a lambda runs once a row and lane, before any state
 * changes, so that one which throws leaves nothing half done. Equal inputs share a lane.
 */
export class Lanes {
  readonly inputs: readonly Input[]
  values: Values[] = []
  nulls: (Uint8Array | null)[] = []
  private readonly byAggregate = new Map<string, number[]>()
  private readonly fills: Fill[] = []
  private readonly cursor: Cursor<unknown>
  private readonly step: string
  private readonly schema: Schema

  constructor(
    step: string,
    schema: Schema,
    aggregates: readonly [string, BoundAggregate<unknown, unknown>][],
  ) {
    this.step = step
    this.schema = schema
    this.cursor = cursorFor(schema)
    const inputs: Input[] = []
    for (const [name, { inputs: own }] of aggregates) {
      const lanes = own.map(input => {
        const known = inputs.findIndex(other => same(other, input))
        if (known >= 0) return known
        this.fills.push(this.fillOf(`${step}.${name}`, input))
        return inputs.push(input) - 1
      })
      this.byAggregate.set(name, lanes)
    }
    this.inputs = inputs
  }

  /** The lanes that an aggregate reads. */
  of(aggregate: string): readonly number[] {
    return this.byAggregate.get(aggregate) ?? []
  }

  mayBeNull(lane: number): boolean {
    const input = this.inputs[lane] as Input
    if (input.kind === 'time') return false
    return typeof input.of !== 'string' || this.schema.fields[input.of]?.nullable === true
  }

  prepare(batch: Batch, failures: RowFailures): void {
    this.cursor.$bind(batch)
    const made = this.fills.map(fill => fill(batch, failures))
    this.values = made.map(one => one.values)
    this.nulls = made.map(one => one.nulls)
  }

  private fillOf(name: string, input: Input): Fill {
    if (input.kind === 'time') return batch => ({ values: batch.time, nulls: null })
    if (typeof input.of === 'string') return this.column(name, input.of, input.kind)
    const lambda = input.of as (row: unknown) => unknown
    if (input.kind === 'value') {
      const loop = mapLoop(name, lambda)
      return (batch, failures) => {
        const values: unknown[] = new Array(batch.rows).fill(null)
        loop(this.cursor, batch.rows, values, failures.note)
        return { values, nulls: nullsOf(values, batch) }
      }
    }
    return this.numberLambda(name, lambda)
  }

  private numberLambda(name: string, lambda: (row: unknown) => unknown): Fill {
    const loop = numberLoop(name, lambda)
    return (batch, failures) => {
      const { rows, arena } = batch
      const values = arena.f64(rows)
      let nulls: Uint8Array | null = null
      const onNull = (row: number) => {
        nulls ??= arena.u8(rows).fill(0)
        nulls[row] = 1
      }
      loop(this.cursor, rows, values, onNull, failures.note)
      return { values, nulls }
    }
  }

  private column(name: string, column: string, kind: 'number' | 'value'): Fill {
    const field = this.schema.fields[column]
    if (field === undefined) {
      const message = `${name} reads "${column}": there are ${this.schema.names.join(', ')}`
      throw new HeadraceError('HR_COLUMN_UNKNOWN', message, { step: this.step })
    }
    if (kind === 'value') {
      // The cursor gives equal strings as one object, from a cache.
      const loop = mapLoop(name, row => (row as Record<string, unknown>)[column])
      return (batch, failures) => {
        const values: unknown[] = new Array(batch.rows).fill(null)
        loop(this.cursor, batch.rows, values, failures.note)
        return { values, nulls: batch.named(column).nulls }
      }
    }
    if (!numeric.includes(field.kind)) {
      const message = `${name} needs numbers, and "${column}" is ${field.kind}`
      throw new HeadraceError('HR_COLUMN_UNKNOWN', message, { step: this.step })
    }
    return batch => {
      const { values, nulls } = batch.named(column) as { values: Float64Array; nulls: Uint8Array | null }
      if (values instanceof Float64Array) return { values, nulls }
      const out = batch.arena.f64(batch.rows)
      for (let row = 0; row < batch.rows; row++) out[row] = (values as Float64Array)[row]
      return { values: out, nulls }
    }
  }
}

function nullsOf(values: readonly unknown[], batch: Batch): Uint8Array {
  const nulls = batch.arena.u8(batch.rows)
  for (let row = 0; row < batch.rows; row++) nulls[row] = values[row] == null ? 1 : 0
  return nulls
}

function same(a: Input, b: Input): boolean {
  if (a.kind !== b.kind) return false
  return a.kind === 'time' || a.of === (b as { of: unknown }).of
}
