import { adoptShape } from '../../engine/state/adopt-shape.ts'
import type { StateReader, StateWriter } from '../../engine/state/blob/blob.ts'
import type { StateTable } from '../../engine/state/blob/blob-table.ts'
import type { KeySpace } from '../../engine/state/keys/key-space.ts'
import type { StateShape, StepState } from '../../engine/step.ts'
import { PassedRows } from './passed-rows.ts'

/** What has passed, in stretches of event time as long as `within`: one goes at once when its time is over. */
export class DedupeState implements StepState {
  readonly shape: StateShape
  private readonly step: string
  private readonly withinMs: number
  private readonly space: KeySpace
  private readonly stretches = new Map<number, PassedRows>()
  private watermark = Number.NEGATIVE_INFINITY

  constructor(step: string, withinMs: number, space: KeySpace) {
    this.shape = { operator: 'dedupe', version: 1, key: space.signature, options: { withinMs } }
    this.step = step
    this.withinMs = withinMs
    this.space = space
  }

  numberOf(time: number): number {
    return Math.floor(time / this.withinMs)
  }

  find(number: number): PassedRows | undefined {
    return this.stretches.get(number)
  }

  open(number: number): PassedRows {
    let stretch = this.stretches.get(number)
    if (stretch === undefined) {
      stretch = new PassedRows(this.space)
      this.stretches.set(number, stretch)
    }
    return stretch
  }

  /** Lets go of what no row that is not late can be near to any more. */
  expire(watermark: number): void {
    this.watermark = Math.max(this.watermark, watermark)
    for (const [number, stretch] of this.stretches) {
      if ((number + 3) * this.withinMs > watermark) continue
      stretch.release()
      this.stretches.delete(number)
    }
  }

  adopt(stored: StateShape): { dropped: string[]; added: string[] } {
    return adoptShape(this.step, this.shape, stored)
  }

  write(writer: StateWriter, mode: 'snapshot' | 'delta'): void {
    writer.table('step', 1).f64('watermark', Float64Array.of(this.watermark))
    for (const [number, stretch] of this.stretches) {
      const slots = mode === 'snapshot' ? stretch.all() : Int32Array.from(stretch.fresh)
      stretch.fresh = []
      if (slots.length === 0) continue
      writer.table(`passed/${number}`, slots.length)
      this.space.write(writer, stretch.keys, slots, slots.length)
      writer.f64At('time', stretch.times, slots, slots.length)
    }
  }

  read(reader: StateReader): void {
    for (const name of reader.tables()) {
      if (name.startsWith('passed/'))
        this.readStretch(reader.table(name) as StateTable, Number(name.slice(7)))
    }
    this.expire(reader.table('step')?.f64('watermark')?.[0] ?? Number.NEGATIVE_INFINITY)
  }

  release(): void {
    for (const stretch of this.stretches.values()) stretch.release()
    this.stretches.clear()
  }

  private readStretch(table: StateTable, number: number): void {
    const stretch = this.open(number)
    const slots = new Int32Array(table.rows)
    stretch.insert(this.space.read(table), 0, table.rows, slots)
    const times = table.f64('time')
    slots.forEach((slot, row) => {
      stretch.times[slot] = times?.[row] ?? Number.NaN
    })
  }
}
