import { HeadraceError } from '../../engine/errors.ts'
import type { StateReader, StateWriter } from '../../engine/state/blob.ts'
import type { StateTable } from '../../engine/state/blob-table.ts'
import type { KeySpace } from '../../engine/state/key-space.ts'
import { slotsOf } from '../../engine/state/key-space.ts'
import type { StateShape, StepState } from '../../engine/step.ts'
import type { Accumulator } from '../aggregates/accumulator.ts'
import { Pane } from './pane.ts'

/** The open panes of a window step by their start, and how they are stored. */
export class PaneState implements StepState {
  readonly shape: StateShape
  readonly panes = new Map<number, Pane>()
  private readonly space: KeySpace
  private readonly accumulator: Accumulator
  private readonly step: string
  private closed: number[] = []
  private stored: StateShape

  constructor(step: string, shape: Omit<StateShape, 'key' | 'parts'>, space: KeySpace, accumulator: Accumulator) {
    this.step = step
    this.space = space
    this.accumulator = accumulator
    this.shape = { ...shape, key: space.signature, parts: accumulator.parts }
    this.stored = this.shape
  }

  /** The pane that begins at `start`, opened if need be. */
  open(start: number): Pane {
    let pane = this.panes.get(start)
    if (pane === undefined) {
      pane = new Pane(start, this.space, this.accumulator)
      this.panes.set(start, pane)
    }
    return pane
  }

  close(pane: Pane): void {
    this.panes.delete(pane.start)
    this.closed.push(pane.start)
    pane.release()
  }

  /** The starts of the open panes, the earliest first. */
  starts(): number[] {
    return [...this.panes.keys()].sort((a, b) => a - b)
  }

  adopt(stored: StateShape): { dropped: string[]; added: string[] } {
    const fits = stored.version === this.shape.version && stored.key === this.shape.key && sameOptions(stored, this.shape)
    if (!fits) {
      const message = `it has ${describe(stored)}, now it is ${describe(this.shape)}`
      throw new HeadraceError('HR_STATE_INCOMPATIBLE', message, { step: this.step })
    }
    this.stored = stored
    const before = stored.parts ?? {}
    const now = this.accumulator.parts
    return {
      dropped: Object.keys(before).filter(name => before[name] !== now[name]),
      added: Object.keys(now).filter(name => before[name] !== now[name]),
    }
  }

  write(writer: StateWriter, mode: 'snapshot' | 'delta'): void {
    if (mode === 'delta') writer.table('closed', this.closed.length).f64('start', Float64Array.from(this.closed))
    this.closed = []
    for (const pane of this.panes.values()) {
      const slots = mode === 'snapshot' ? allSlots(pane) : dirtySlots(pane)
      if (slots.length > 0) this.writePane(writer, pane, slots)
      pane.dirty.fill(0, 0, pane.size)
    }
  }

  read(reader: StateReader): void {
    for (const start of reader.table('closed')?.f64('start') ?? []) {
      this.panes.get(start)?.release()
      this.panes.delete(start)
    }
    for (const name of reader.tables()) {
      if (name.startsWith('pane/')) this.readPane(reader.table(name) as StateTable, Number(name.slice(5)))
    }
  }

  release(): void {
    for (const pane of this.panes.values()) pane.release()
    this.panes.clear()
  }

  private writePane(writer: StateWriter, pane: Pane, slots: Int32Array): void {
    const { width, objects } = this.accumulator
    writer.table(`pane/${pane.start}`, slots.length)
    this.space.write(writer, pane.keys, slots, slots.length)
    if (width > 0) writer.f64At('cells', pane.states.cells, slots, slots.length, width)
    for (const { name, fold, index } of objects) {
      const list = pane.states.objects[index] as unknown[]
      writer.strings(name, Array.from(slots, slot => JSON.stringify(fold.save(list[slot]))))
    }
  }

  private readPane(table: StateTable, start: number): void {
    const pane = this.open(start)
    const slots = new Int32Array(table.rows)
    slotsOf(pane.keys, this.space.read(table), 0, table.rows, slots)
    pane.grow()
    this.readCells(table, pane, slots)
    for (const { name, fold, index } of this.accumulator.objects) {
      if (this.stored.parts?.[name] !== this.accumulator.parts[name]) continue
      const list = pane.states.objects[index] as unknown[]
      table.strings(name)?.forEach((text, i) => {
        list[slots[i]] = fold.load(JSON.parse(text))
      })
    }
  }

  /** Stored cells have the places of the aggregates as they were; each goes to where its aggregate is now. */
  private readCells(table: StateTable, pane: Pane, slots: Int32Array): void {
    const cells = table.f64('cells')
    if (cells === undefined) return
    const before = placesOf(this.stored.parts ?? {})
    const { width, flat, parts } = this.accumulator
    for (const { name, first, fold } of flat) {
      const from = before.places.get(name)
      if (from === undefined || this.stored.parts?.[name] !== parts[name]) continue
      for (let i = 0; i < table.rows; i++) {
        for (let k = 0; k < fold.init.length; k++) {
          pane.states.cells[slots[i] * width + first + k] = cells[i * before.width + from + k]
        }
      }
    }
  }
}

/** Where the cells of each flat aggregate begin, from the parts of a shape: `name/width/type`. */
function placesOf(parts: Readonly<Record<string, string>>): { places: Map<string, number>; width: number } {
  const places = new Map<string, number>()
  let width = 0
  for (const [name, part] of Object.entries(parts)) {
    const cells = Number(part.split('/')[1])
    if (Number.isNaN(cells)) continue
    places.set(name, width)
    width += cells
  }
  return { places, width }
}

function allSlots(pane: Pane): Int32Array {
  return Int32Array.from({ length: pane.size }, (_, slot) => slot)
}

function dirtySlots(pane: Pane): Int32Array {
  const slots = new Int32Array(pane.size)
  let count = 0
  for (let slot = 0; slot < pane.size; slot++) if (pane.dirty[slot] === 1) slots[count++] = slot
  return slots.subarray(0, count)
}

function sameOptions(a: StateShape, b: StateShape): boolean {
  return JSON.stringify(a.options ?? {}) === JSON.stringify(b.options ?? {})
}

function describe(shape: StateShape): string {
  return `key ${shape.key}, ${JSON.stringify(shape.options ?? {})}`
}
