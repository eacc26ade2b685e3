import { BatchArena } from '../../engine/batch/arena.ts'
import { Batch } from '../../engine/batch/batch.ts'
import type { BoolColumn } from '../../engine/batch/columns.ts'
import { NumberColumn } from '../../engine/batch/columns.ts'
import { double, makeSchema } from '../../engine/batch/schema.ts'
import { Tick } from '../../engine/batch/tick.ts'
import type { StepContext } from '../../engine/step.ts'
import type { DriftSettings } from '../../operators/drift/options.ts'
import { driftSettings } from '../../operators/drift/options.ts'
import type { Reference } from '../../operators/drift/reference.ts'
import { ReferenceSample } from '../../operators/drift/reference-sample.ts'
import { Drift } from '../../operators/drift.ts'

export const FIELDS = 10
export const BATCH = 8192

const names = Array.from({ length: FIELDS }, (_, k) => `field${k}`)
const schema = makeSchema('Stream', Object.fromEntries(names.map(name => [name, double()])))

/** What a field's values are made from a normal number by: symmetric, skewed, heavy, or whole ones. */
const shapes: readonly ((z: number) => number)[] = [
  z => z,
  z => Math.exp(z),
  z => z * z * z,
  z => Math.round(3 * z),
]

/** Values of all fields, independent of each other; `moved` shifts the first field by so many deviations. */
export class Draws {
  private state: number

  constructor(seed: number) {
    this.state = seed | 0
  }

  columns(rows: number, moved = 0): Float64Array[] {
    return names.map((_, k) => {
      const shape = shapes[k % shapes.length]
      const shift = k === 0 ? moved : 0
      return Float64Array.from({ length: rows }, () => shape(this.normal()) + shift)
    })
  }

  private even(): number {
    this.state = (this.state + 0x6d2b79f5) | 0
    let bits = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state)
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32
  }

  private normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.even())) * Math.cos(2 * Math.PI * this.even())
  }
}

/** A drift step alone, without a job around it. */
export class LoneStep {
  readonly arena = new BatchArena()
  statistics = 0
  alarms = 0
  /** The first row with an alarm, by test: the row itself, or the last one of its stretch. */
  readonly firstAlarms = new Map<string, number>()
  private readonly step: Drift
  private readonly settings: DriftSettings
  private rows = 0

  constructor(reference: Reference, everyRows: number, runLengthRows: number) {
    const options = {
      reference,
      fields: names,
      every: { rows: everyRows },
      runLength: { rows: runLengthRows },
    }
    this.settings = driftSettings('drift', options as never)
    const context = { id: 'drift', emit: (batch: Batch) => this.take(batch) }
    this.step = new Drift(schema, this.settings, context as unknown as StepContext<unknown, unknown>)
  }

  push(columns: readonly Float64Array[]): void {
    const batch = batchOf(columns, this.rows, this.arena)
    this.rows += batch.rows
    this.step.push(batch)
    this.arena.reset()
  }

  close(): void {
    this.step.close()
    this.arena.close()
  }

  private take(batch: Batch): void {
    const { values } = batch.named('alarm') as BoolColumn
    this.statistics += batch.rows
    for (let row = 0; row < batch.rows; row++) {
      if (values[row] === 0) continue
      this.alarms++
      const test = ['psi', 'ks', 'adwin', 'pageHinkley'][
        (batch.named('test') as never as NumberColumn).values[row]
      ]
      const at = batch.named('alarmRow') as NumberColumn
      const found = at.nulls?.[row] === 1 ? batch.time[row] : at.values[row]
      if (!this.firstAlarms.has(test)) this.firstAlarms.set(test, found)
    }
  }
}

export function referenceOf(columns: readonly Float64Array[]): Reference {
  const arena = new BatchArena()
  const sample = new ReferenceSample(schema, names, 'drift')
  const batch = batchOf(columns, 0, arena)
  sample.take(batch, batch.rows)
  arena.close()
  return sample.reference()
}

/** Its event times are the numbers of its rows. */
function batchOf(columns: readonly Float64Array[], first: number, arena: BatchArena): Batch {
  const rows = columns[0].length
  const time = arena.f64(rows)
  for (let row = 0; row < rows; row++) time[row] = first + row
  const tick = new Tick(arena, Number.NEGATIVE_INFINITY, Number.NaN)
  tick.rows = rows
  return new Batch(
    schema,
    tick,
    rows,
    null,
    { column: index => new NumberColumn(columns[index]) },
    time,
    time,
  )
}
