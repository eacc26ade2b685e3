import { adoptShape } from '../../engine/state/adopt-shape.ts'
import type { StateReader, StateWriter } from '../../engine/state/blob/blob.ts'
import type { StateTable } from '../../engine/state/blob/blob-table.ts'
import type { KeySpace } from '../../engine/state/keys/key-space.ts'
import type { StateShape, StepState } from '../../engine/step.ts'
import type { Accumulator } from '../aggregates/accumulator.ts'
import { checkAdded, readCells, readObjects, writeObjects } from './fold-blob.ts'
import { Pane } from './pane.ts'
import type { PaneKeys } from './pane-keys.ts'

/** The open panes of a window step by their start, and how they are stored. */
export class PaneState<K extends PaneKeys> implements StepState {
  readonly shape: StateShape
  /** Panes that begin at one time: one as a rule, more where late rows count in some of its windows only. */
  private readonly panes = new Map<number, Pane<K>[]>()
  private readonly space: KeySpace
  private readonly accumulator: Accumulator
  private readonly newKeys: () => K
  private readonly step: string
  private closed: { start: number; from: number }[] = []
  private stored: StateShape

  constructor(
    step: string,
    shape: Omit<StateShape, 'key' | 'parts'>,
    space: KeySpace,
    accumulator: Accumulator,
    newKeys: () => K,
  ) {
    this.step = step
    this.space = space
    this.accumulator = accumulator
    this.newKeys = newKeys
    this.shape = { ...shape, key: space.signature, parts: accumulator.parts }
    this.stored = this.shape
  }

  /** The pane that begins at `start` and counts from the window that begins at `from`, opened if need be. */
  open(start: number, from: number): Pane<K> {
    let panes = this.panes.get(start)
    if (panes === undefined) {
      panes = []
      this.panes.set(start, panes)
    }
    for (const pane of panes) if (pane.from === from) return pane
    const pane = new Pane(start, from, this.newKeys(), this.accumulator)
    panes.push(pane)
    return pane
  }

  at(start: number): readonly Pane<K>[] {
    return this.panes.get(start) ?? []
  }

  close(start: number): void {
    for (const pane of this.at(start)) {
      this.closed.push({ start, from: pane.from })
      pane.release()
    }
    this.panes.delete(start)
  }

  /** The starts of the open panes, the earliest first. */
  starts(): number[] {
    return [...this.panes.keys()].sort((a, b) => a - b)
  }

  adopt(stored: StateShape): { dropped: string[]; added: string[] } {
    const changes = adoptShape(this.step, this.shape, stored)
    this.stored = stored
    return changes
  }

  restored(): void {
    if (this.panes.size > 0) checkAdded(this.step, this.accumulator, this.stored.parts ?? {})
  }

  write(writer: StateWriter, mode: 'snapshot' | 'delta'): void {
    if (mode === 'delta') {
      const { closed } = this
      writer.table('closed', closed.length).f64(
        'start',
        Float64Array.from(closed, pane => pane.start),
      )
      writer.f64(
        'from',
        Float64Array.from(closed, pane => pane.from),
      )
    }
    this.closed = []
    for (const pane of this.all()) {
      const slots = mode === 'snapshot' ? allSlots(pane) : dirtySlots(pane)
      if (slots.length > 0) this.writePane(writer, pane, slots)
      pane.dirty.fill(0, 0, pane.size)
    }
  }

  read(reader: StateReader): void {
    const closed = reader.table('closed')
    const from = closed?.f64('from')
    closed?.f64('start')?.forEach((start, i) => {
      this.drop(start, from?.[i] ?? start)
    })
    for (const name of reader.tables()) {
      const [kind, start, first] = name.split('/')
      if (kind === 'pane') this.readPane(reader.table(name) as StateTable, Number(start), Number(first))
    }
  }

  release(): void {
    for (const pane of this.all()) pane.release()
    this.panes.clear()
  }

  private all(): Pane<K>[] {
    return [...this.panes.values()].flat()
  }

  private drop(start: number, from: number): void {
    const left = this.at(start).filter(pane => pane.from !== from)
    for (const pane of this.at(start)) if (pane.from === from) pane.release()
    if (left.length > 0) this.panes.set(start, left)
    else this.panes.delete(start)
  }

  private writePane(writer: StateWriter, pane: Pane, slots: Int32Array): void {
    const { width } = this.accumulator
    writer.table(`pane/${pane.start}/${pane.from}`, slots.length)
    pane.keys.write(writer, slots, slots.length)
    writer.u8At('changed', pane.changed, slots, slots.length)
    if (width > 0) writer.f64At('cells', pane.states.cells, slots, slots.length, width)
    writeObjects(writer, this.accumulator, pane.states, slots)
  }

  private readPane(table: StateTable, start: number, from: number): void {
    const pane = this.open(start, from)
    const slots = new Int32Array(table.rows)
    pane.insert(this.space.read(table), 0, table.rows, slots)
    table.u8('changed')?.forEach((changed, i) => {
      pane.changed[slots[i]] = changed
    })
    readCells(table, this.accumulator, this.stored.parts ?? {}, pane.states, slots)
    readObjects(table, this.accumulator, this.stored.parts ?? {}, pane.states, slots)
  }
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
