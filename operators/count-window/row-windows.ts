import { keep } from '../../engine/batch/arena.ts'
import type { KeySpace, KeyTable } from '../../engine/state/keys/key-space.ts'
import type { Accumulator, FoldStates } from '../aggregates/accumulator.ts'

const FIRST = 128

/** Rows a window and between two windows, and how both are cut into panes of equal numbers of rows. */
export interface RowCounts {
  readonly rowsPerPane: number
  readonly panesPerWindow: number
  /** How many panes a window leaves behind when the next one begins. */
  readonly panesPerStep: number
}

/**
 * The unfinished windows of all keys. A pane is a cell of states; a key has the panes of its current window
 * in their order, the last of which may still be filling.
 */
export class RowWindows {
  readonly counts: RowCounts
  readonly states: FoldStates
  /** By pane: time of its first row. */
  began: Float64Array = keep.f64(FIRST)
  /** By key: how many full panes it has, and how many rows in the one behind them. */
  full: Int32Array = keep.i32(FIRST)
  rows: Int32Array = keep.i32(FIRST)
  /** By key: the largest event time of its rows. */
  lastTime: Float64Array = keep.f64(FIRST)
  /** By key: changed since the last checkpoint. */
  dirty: Uint8Array = keep.u8(FIRST)
  table: KeyTable
  private readonly space: KeySpace
  private readonly accumulator: Accumulator
  private panes: Int32Array
  private readonly free: number[] = []
  /** Given back during the current batch, whose rows may still be on their way into them. */
  private leaving: number[] = []
  private made = 0
  private sized = 0

  constructor(space: KeySpace, accumulator: Accumulator, counts: RowCounts) {
    this.space = space
    this.accumulator = accumulator
    this.counts = counts
    this.table = space.newTable()
    this.panes = keep.i32(FIRST * counts.panesPerWindow)
    this.states = {
      cells: keep.f64(FIRST * Math.max(1, accumulator.width)),
      objects: accumulator.objects.map(() => []),
    }
  }

  /** Makes room for the keys that have come. */
  fit(): void {
    const { size } = this.table
    if (size > this.rows.length) {
      const capacity = Math.max(size, this.rows.length * 2)
      this.full = larger(this.full, keep.i32(capacity))
      this.rows = larger(this.rows, keep.i32(capacity))
      this.lastTime = larger(this.lastTime, keep.f64(capacity))
      this.dirty = larger(this.dirty, keep.u8(capacity))
      this.panes = larger(this.panes, keep.i32(capacity * this.counts.panesPerWindow))
    }
    for (; this.sized < size; this.sized++) this.clear(this.sized)
  }

  get paneCount(): number {
    return this.made
  }

  isEmpty(key: number): boolean {
    return this.rows[key] === 0 && this.full[key] === 0
  }

  /** The pane of a key with that number. */
  pane(key: number, nth: number): number {
    return this.panes[key * this.counts.panesPerWindow + nth]
  }

  /** Adds an empty pane that begins at `time` behind the full ones of a key. */
  begin(key: number, time: number): number {
    const pane = this.free.pop() ?? this.made++
    if (pane >= this.began.length) this.enlargePanes()
    this.accumulator.reset(this.states, pane, pane + 1)
    this.began[pane] = time
    this.panes[key * this.counts.panesPerWindow + this.full[key]] = pane
    return pane
  }

  /** Takes the first panes of a key away: all, or those that the next window does not have. */
  drop(key: number, count: number): void {
    const { panesPerWindow } = this.counts
    const first = key * panesPerWindow
    const held = this.full[key] + (this.rows[key] > 0 ? 1 : 0)
    for (let nth = 0; nth < count; nth++) this.leaving.push(this.panes[first + nth])
    this.panes.copyWithin(first, first + count, first + held)
    this.full[key] = Math.max(0, this.full[key] - count)
    if (count === held) this.rows[key] = 0
  }

  /** Forgets what a key has not finished. */
  forget(key: number): void {
    this.drop(key, this.full[key] + (this.rows[key] > 0 ? 1 : 0))
    this.dirty[key] = 1
  }

  /** The rows of a batch have been added and its results made: panes that were left may be used again. */
  settle(): void {
    if (this.leaving.length === 0) return
    this.free.push(...this.leaving)
    this.leaving = []
  }

  /** Keys that have something unfinished. */
  liveKeys(): Int32Array {
    const { size } = this.table
    return Int32Array.from({ length: size }, (_, key) => key).filter(key => !this.isEmpty(key))
  }

  /** Lets the keys go that have nothing unfinished, once they are most of them. */
  clearAway(): void {
    if (this.table.size < FIRST) return
    const live = this.liveKeys()
    if (live.length * 2 > this.table.size) return
    const { panesPerWindow } = this.counts
    const table = this.space.newTable()
    this.space.copy(this.table, live, live.length, table)
    for (const [to, from] of live.entries()) {
      this.full[to] = this.full[from]
      this.rows[to] = this.rows[from]
      this.lastTime[to] = this.lastTime[from]
      this.dirty[to] = this.dirty[from]
      this.panes.copyWithin(to * panesPerWindow, from * panesPerWindow, (from + 1) * panesPerWindow)
    }
    this.table.release()
    this.table = table
    this.sized = live.length
  }

  release(): void {
    this.table.release()
    for (const array of [this.began, this.full, this.rows, this.lastTime, this.dirty, this.panes])
      keep.release(array)
    keep.release(this.states.cells)
  }

  private clear(key: number): void {
    this.full[key] = 0
    this.rows[key] = 0
    this.dirty[key] = 0
    this.lastTime[key] = Number.NEGATIVE_INFINITY
  }

  private enlargePanes(): void {
    const capacity = this.began.length * 2
    this.began = larger(this.began, keep.f64(capacity))
    this.states.cells = larger(this.states.cells, keep.f64(capacity * Math.max(1, this.accumulator.width)))
  }
}

function larger<A extends Float64Array | Int32Array | Uint8Array>(old: A, into: A): A {
  into.set(old as never)
  keep.release(old)
  return into
}
