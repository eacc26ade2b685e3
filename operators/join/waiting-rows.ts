import { Batch } from '../../engine/batch/batch.ts'
import type { Schema } from '../../engine/batch/schema.ts'
import type { Tick } from '../../engine/batch/tick.ts'
import { HeadraceError } from '../../engine/errors.ts'
import { limits } from '../../engine/limits.ts'
import type { StateReader, StateWriter } from '../../engine/state/blob/blob.ts'
import { RowStore } from '../../engine/state/rows/row-store.ts'

interface Waiting {
  readonly slot: number
  readonly time: number
  readonly watermark: number
}

/** Rows of a stream that wait until event time has passed them, in the order in which they came. */
export class WaitingRows<T> {
  readonly rows: RowStore
  private readonly schema: Schema<T>
  private readonly step: string
  private waiting: Waiting[] = []
  /** The earliest event time among them; Infinity if there are none. */
  private least = Number.POSITIVE_INFINITY

  constructor(schema: Schema<T>, step: string) {
    this.schema = schema
    this.step = step
    this.rows = new RowStore(schema, schema.names)
  }

  get size(): number {
    return this.waiting.length
  }

  get earliest(): number {
    return this.least
  }

  add(batch: Batch<T>, rows: Int32Array, count: number): void {
    if (this.waiting.length + count > limits.waitingRows) {
      const message = `more than ${limits.waitingRows} rows wait for the table to reach their time`
      throw new HeadraceError('HR_JOIN_FULL', message, { step: this.step })
    }
    const slots = batch.arena.i32(count)
    this.rows.add(batch, rows, count, slots)
    for (let i = 0; i < count; i++) {
      this.push({ slot: slots[i], time: batch.time[rows[i]], watermark: batch.watermark[rows[i]] })
    }
  }

  /** The rows from before `reached`, by time: the same order however many of them are taken at once. */
  take(reached: number, tick: Tick): Batch<T> | null {
    if (this.least >= reached) return null
    const ready = this.waiting.filter(({ time }) => time < reached).sort((a, b) => a.time - b.time)
    this.keep(this.waiting.filter(({ time }) => time >= reached))
    const { arena } = tick
    const count = ready.length
    const at = arena.i32(count).fill(tick.rows)
    const slots = arena.i32(count)
    const time = arena.f64(count)
    const watermark = arena.f64(count)
    ready.forEach((row, i) => {
      slots[i] = row.slot
      time[i] = row.time
      watermark[i] = row.watermark
    })
    const columns = this.schema.names.map((_, index) => this.rows.take(index, slots, count, arena))
    for (const { slot } of ready) this.rows.drop(slot)
    return new Batch(this.schema, tick, count, at, { column: index => columns[index] }, time, watermark)
  }

  /** All of them, in a delta too: they are few as a rule, and soon gone. */
  write(writer: StateWriter): void {
    const { waiting } = this
    const slots = Int32Array.from(waiting, ({ slot }) => slot)
    writer.table('waiting', waiting.length)
    writer.f64(
      'time',
      Float64Array.from(waiting, ({ time }) => time),
    )
    writer.f64(
      'watermark',
      Float64Array.from(waiting, ({ watermark }) => watermark),
    )
    this.rows.write(writer, slots, slots.length)
  }

  read(reader: StateReader): void {
    const table = reader.table('waiting')
    this.rows.clear()
    this.keep([])
    if (table === undefined) return
    const time = table.f64('time') as Float64Array
    const watermark = table.f64('watermark') as Float64Array
    this.rows.read(table).forEach((slot, row) => {
      this.push({ slot, time: time[row], watermark: watermark[row] })
    })
  }

  release(): void {
    this.rows.release()
  }

  private keep(rows: Waiting[]): void {
    this.waiting = []
    this.least = Number.POSITIVE_INFINITY
    for (const row of rows) this.push(row)
  }

  private push(row: Waiting): void {
    this.waiting.push(row)
    if (row.time < this.least) this.least = row.time
  }
}
