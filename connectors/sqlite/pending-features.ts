import type { Field, Schema } from '../../engine/batch/schema.ts'
import type { StoreRows } from '../../engine/stores/stores.ts'
import type { SqlValue } from './database.ts'
import { fillValues } from './fill-values.ts'

/** Rows of one writer that wait for a transaction: of each entity the newest one, since all have the same fields. */
export class PendingFeatures {
  private readonly fields: readonly Field[]
  private readonly slotOf = new Map<SqlValue, number>()
  private readonly entities: SqlValue[] = []
  private readonly times: number[] = []
  private readonly positions: number[] = []
  private readonly values: readonly SqlValue[][]
  private slots = new Int32Array(0)

  /** The schema is that of the rows: the entity, then the fields. */
  constructor(schema: Schema) {
    this.fields = schema.names.map(name => schema.fields[name])
    this.values = this.fields.slice(1).map(() => [])
  }

  get count(): number {
    return this.entities.length
  }

  add({ rows, columns, time, position }: StoreRows): void {
    if (this.slots.length < rows) this.slots = new Int32Array(rows)
    const [entity, ...fields] = this.fields
    const names: SqlValue[] = []
    for (let row = 0; row < rows; row++) this.slots[row] = row
    fillValues(entity, columns[0], this.slots, rows, names)
    for (let row = 0; row < rows; row++) this.slots[row] = this.place(names[row], time[row], position[row])
    fields.forEach((field, index) => {
      fillValues(field, columns[index + 1], this.slots, rows, this.values[index])
    })
  }

  /** Gives each row as the values of a statement; the array is the same each time. */
  drain(take: (values: SqlValue[]) => void): void {
    const out: SqlValue[] = []
    for (let slot = 0; slot < this.entities.length; slot++) {
      out[0] = this.entities[slot]
      out[1] = this.times[slot]
      out[2] = this.positions[slot]
      for (let field = 0; field < this.values.length; field++) out[field + 3] = this.values[field][slot]
      take(out)
    }
    this.clear()
  }

  /** Where the row goes; -1 if a newer one of its entity is there. */
  private place(name: SqlValue, time: number, position: number): number {
    const entity = typeof name === 'string' ? name : String(name)
    const slot = this.slotOf.get(entity) ?? this.entities.length
    if (slot === this.entities.length) {
      this.slotOf.set(entity, slot)
      this.entities.push(entity)
    } else {
      const old = this.times[slot]
      if (old > time || (old === time && this.positions[slot] > position)) return -1
    }
    this.times[slot] = time
    this.positions[slot] = position
    return slot
  }

  private clear(): void {
    this.slotOf.clear()
    for (const list of [this.entities, this.times, this.positions, ...this.values]) list.length = 0
  }
}
