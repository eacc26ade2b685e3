import { adoptShape } from '../../engine/state/adopt-shape.ts'
import type { StateReader, StateWriter } from '../../engine/state/blob/blob.ts'
import type { KeySpace } from '../../engine/state/keys/key-space.ts'
import { slotsOf } from '../../engine/state/keys/key-space.ts'
import type { StateShape, StepState } from '../../engine/step.ts'
import type { Accumulator } from '../aggregates/accumulator.ts'
import { checkAdded, readCells, readObjects, writeObjects } from '../window/fold-blob.ts'
import type { RowWindows } from './row-windows.ts'

/** How count windows are stored: a table of keys, and one of their panes, those of the first key first. */
export class RowWindowState implements StepState {
  readonly shape: StateShape
  private readonly step: string
  private readonly space: KeySpace
  private readonly accumulator: Accumulator
  private readonly windows: RowWindows
  private stored: StateShape

  constructor(
    step: string,
    options: NonNullable<StateShape['options']>,
    space: KeySpace,
    accumulator: Accumulator,
    windows: RowWindows,
  ) {
    this.step = step
    this.space = space
    this.accumulator = accumulator
    this.windows = windows
    this.shape = {
      operator: 'countWindow',
      version: 1,
      key: space.signature,
      options,
      parts: accumulator.parts,
    }
    this.stored = this.shape
  }

  adopt(stored: StateShape): { dropped: string[]; added: string[] } {
    const changes = adoptShape(this.step, this.shape, stored)
    this.stored = stored
    return changes
  }

  restored(): void {
    if (this.windows.liveKeys().length > 0) checkAdded(this.step, this.accumulator, this.stored.parts ?? {})
  }

  write(writer: StateWriter, mode: 'snapshot' | 'delta'): void {
    const { windows, accumulator } = this
    const keys = mode === 'snapshot' ? windows.liveKeys() : this.dirtyKeys()
    const panes = this.panesOf(keys)
    writer.table('keys', keys.length)
    this.space.write(writer, windows.table, keys, keys.length)
    writer.i32At('full', windows.full, keys, keys.length)
    writer.i32At('rows', windows.rows, keys, keys.length)
    writer.f64At('lastTime', windows.lastTime, keys, keys.length)
    writer.table('panes', panes.length).f64At('began', windows.began, panes, panes.length)
    const { width } = accumulator
    if (width > 0) writer.f64At('cells', windows.states.cells, panes, panes.length, width)
    writeObjects(writer, accumulator, windows.states, panes)
    windows.dirty.fill(0, 0, windows.table.size)
    windows.clearAway()
  }

  read(reader: StateReader): void {
    const { windows } = this
    const table = reader.table('keys')
    const stored = reader.table('panes')
    if (table === undefined || stored === undefined) return
    const [full, rows, lastTime] = [table.i32('full'), table.i32('rows'), table.f64('lastTime')]
    const began = stored.f64('began')
    if (!full || !rows || !lastTime || !began) return
    const keys = new Int32Array(table.rows)
    slotsOf(windows.table, this.space.read(table), 0, table.rows, keys)
    windows.fit()
    const panes = new Int32Array(stored.rows)
    let next = 0
    for (const [i, key] of keys.entries()) {
      windows.forget(key)
      windows.dirty[key] = 0
      windows.lastTime[key] = lastTime[i]
      for (; windows.full[key] < full[i]; windows.full[key]++) panes[next] = windows.begin(key, began[next++])
      if (rows[i] > 0) panes[next] = windows.begin(key, began[next++])
      windows.rows[key] = rows[i]
    }
    const parts = this.stored.parts ?? {}
    readCells(stored, this.accumulator, parts, windows.states, panes)
    readObjects(stored, this.accumulator, parts, windows.states, panes)
    windows.settle()
  }

  private dirtyKeys(): Int32Array {
    const { dirty, table } = this.windows
    return Int32Array.from({ length: table.size }, (_, key) => key).filter(key => dirty[key] === 1)
  }

  private panesOf(keys: Int32Array): Int32Array {
    const { windows } = this
    const panes: number[] = []
    for (const key of keys) {
      const held = windows.full[key] + (windows.rows[key] > 0 ? 1 : 0)
      for (let nth = 0; nth < held; nth++) panes.push(windows.pane(key, nth))
    }
    return Int32Array.from(panes)
  }
}
