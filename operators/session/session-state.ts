import { adoptShape } from '../../engine/state/adopt-shape.ts'
import type { StateReader, StateWriter } from '../../engine/state/blob/blob.ts'
import type { StateShape, StepState } from '../../engine/step.ts'
import { checkAdded, readCells, readObjects, writeObjects } from '../window/fold-blob.ts'
import type { ClosingQueue } from './closing-queue.ts'
import type { SessionTable } from './session-table.ts'
import { END, FIRST, PLACE, SEEN, WIDTH } from './session-table.ts'

/** How open sessions are stored: all of a key's sessions, whenever one of them has changed. */
export class SessionState implements StepState {
  readonly shape: StateShape
  private readonly step: string
  private readonly table: SessionTable
  private readonly queue: ClosingQueue
  private stored: StateShape

  constructor(step: string, gapMs: number, table: SessionTable, queue: ClosingQueue) {
    const { space, accumulator } = table
    const parts = accumulator.parts
    this.shape = { operator: 'session', version: 1, key: space.signature, options: { gapMs }, parts }
    this.stored = this.shape
    this.step = step
    this.table = table
    this.queue = queue
  }

  adopt(stored: StateShape): { dropped: string[]; added: string[] } {
    const changes = adoptShape(this.step, this.shape, stored)
    this.stored = stored
    return changes
  }

  restored(): void {
    if (this.openKeys().length > 0) checkAdded(this.step, this.table.accumulator, this.stored.parts ?? {})
  }

  write(writer: StateWriter, mode: 'snapshot' | 'delta'): void {
    const { table } = this
    const { space, accumulator } = table
    const slots = mode === 'snapshot' ? this.openKeys() : this.changedKeys()
    const sessions: number[] = []
    const owners: number[] = []
    slots.forEach((slot, index) => {
      for (let session = table.newest[slot]; session >= 0; session = table.earlier[session]) {
        sessions.push(session)
        owners.push(index)
      }
    })
    const list = Int32Array.from(sessions)
    writer.table('step', 1).f64('arrived', Float64Array.of(table.arrived))
    writer.table('keys', slots.length)
    space.write(writer, table.keys, slots, slots.length)
    writer.table('sessions', list.length).i32('key', Int32Array.from(owners))
    writer.f64At('bounds', table.bounds, list, list.length, WIDTH)
    if (accumulator.width > 0) {
      writer.f64At('cells', table.states.cells, list, list.length, accumulator.width)
    }
    writeObjects(writer, accumulator, table.states, list)
    table.dirty.fill(0)
    table.touched.fill(0)
  }

  read(reader: StateReader): void {
    const { table } = this
    const keys = reader.table('keys')
    const stored = reader.table('sessions')
    const bounds = stored?.f64('bounds')
    const owners = stored?.i32('key')
    table.arrived = reader.table('step')?.f64('arrived')?.[0] ?? 0
    if (!keys || !stored || !bounds || !owners) return
    const slots = new Int32Array(keys.rows)
    table.insert(table.space.read(keys), keys.rows, slots)
    for (const slot of slots) while (table.newest[slot] >= 0) table.remove(table.newest[slot])
    table.reserve(stored.rows)
    const sessions = Int32Array.from(owners, (owner, row) => {
      const at = row * WIDTH
      const [seen, first, end] = [bounds[at + SEEN], bounds[at + FIRST], bounds[at + END]]
      const session = table.open(slots[owner], seen, first, end, bounds[at + PLACE])
      this.queue.add(session)
      return session
    })
    const parts = this.stored.parts ?? {}
    readCells(stored, table.accumulator, parts, table.states, sessions)
    readObjects(stored, table.accumulator, parts, table.states, sessions)
  }

  private openKeys(): Int32Array {
    return this.slotsWhere(slot => this.table.newest[slot] >= 0)
  }

  private changedKeys(): Int32Array {
    const { dirty, earlier, newest, touched } = this.table
    return this.slotsWhere(slot => {
      let session = newest[slot]
      while (session >= 0 && dirty[session] === 0) session = earlier[session]
      return session >= 0 || touched[slot] === 1
    })
  }

  private slotsWhere(wanted: (slot: number) => boolean): Int32Array {
    const slots = new Int32Array(this.table.keys.size)
    let count = 0
    for (let slot = 0; slot < slots.length; slot++) if (wanted(slot)) slots[count++] = slot
    return slots.subarray(0, count)
  }
}
