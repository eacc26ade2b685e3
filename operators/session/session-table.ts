import { keep } from '../../engine/batch/arena.ts'
import type { Batch } from '../../engine/batch/batch.ts'
import type { BatchKeys, KeySpace, KeyTable } from '../../engine/state/keys/key-space.ts'
import { slotsOf } from '../../engine/state/keys/key-space.ts'
import { keysAt } from '../../engine/state/keys/keys-at.ts'
import type { Accumulator, FoldStates } from '../aggregates/accumulator.ts'

const FEWEST = 128
const NONE = -1

/** What is known of a session, side by side in `bounds`. */
export const WIDTH = 4
/** When the earliest seen of its rows was seen: at its own time, or at the watermark if that was later. */
export const SEEN = 0
/** Time of its first row. */
export const FIRST = 1
/** When its last row lapses, and the session closes if no other joins it. */
export const END = 2
/** Number of the row that arrived first: breaks ties. */
export const PLACE = 3

/**
 * Open sessions by key: those of one key lie in a chain, the newest first, and do not overlap. Both keys
 * and sessions have numbers, given out again once they are free.
 */
export class SessionTable {
  readonly space: KeySpace
  readonly accumulator: Accumulator
  readonly states: FoldStates
  keys: KeyTable
  bounds: Float64Array = keep.f64(FEWEST * WIDTH)
  /** 1 for each session that has changed since the last checkpoint. */
  dirty: Uint8Array = keep.u8(FEWEST)
  /** The key slot of a session; -1 once it is closed or merged into another. */
  owner: Int32Array = keep.i32(FEWEST)
  /** The next earlier session of the same key. */
  earlier: Int32Array = keep.i32(FEWEST)
  /** The newest session by key slot. */
  newest: Int32Array = keep.i32(FEWEST).fill(NONE)
  /** 1 for each key slot that has lost a session since the last checkpoint. */
  touched: Uint8Array = keep.u8(FEWEST)
  /** Rows that have come so far. */
  arrived = 0
  private readonly free: number[] = []
  private size = 0
  private openKeys = 0
  private compactAt = FEWEST

  constructor(space: KeySpace, accumulator: Accumulator) {
    this.space = space
    this.accumulator = accumulator
    this.keys = space.newTable()
    this.states = {
      cells: keep.f64(FEWEST * Math.max(1, accumulator.width)),
      objects: accumulator.objects.map(() => []),
    }
  }

  /** Key slots of a batch's rows; makes room for as many new sessions. */
  slotsOf(batch: Batch): Int32Array {
    const slots = batch.arena.i32(batch.rows)
    this.insert(this.space.keysOf(batch), batch.rows, slots)
    return slots
  }

  insert(keys: BatchKeys, count: number, slots: Int32Array): void {
    slotsOf(this.keys, keys, 0, count, slots)
    const before = this.newest.length
    if (this.keys.size > before) {
      this.newest = enlarged(this.newest, this.keys.size, keep.i32)
      this.newest.fill(NONE, before)
      this.touched = enlarged(this.touched, this.keys.size, keep.u8)
    }
    this.reserve(count)
  }

  /** Makes room for so many more sessions. */
  reserve(count: number): void {
    const needed = this.size + count - this.free.length
    if (needed <= this.dirty.length) return
    const capacity = Math.max(needed, this.dirty.length * 2)
    this.dirty = enlarged(this.dirty, capacity, keep.u8)
    this.owner = enlarged(this.owner, capacity, keep.i32)
    this.earlier = enlarged(this.earlier, capacity, keep.i32)
    this.bounds = enlarged(this.bounds, capacity * WIDTH, keep.f64)
    this.states.cells = enlarged(this.states.cells, capacity * Math.max(1, this.accumulator.width), keep.f64)
  }

  /** The sessions of a key that a row with these bounds belongs to, the newest first. */
  overlapping(slot: number, seen: number, end: number): number[] {
    const { bounds, earlier } = this
    const found: number[] = []
    for (let session = this.newest[slot]; session !== NONE; session = earlier[session]) {
      const at = session * WIDTH
      if (seen < bounds[at + END] && end > bounds[at + SEEN]) found.push(session)
    }
    return found
  }

  open(slot: number, seen: number, first: number, end: number, place: number): number {
    const session = this.free.pop() ?? this.size++
    const { bounds, earlier } = this
    const at = session * WIDTH
    bounds[at + SEEN] = seen
    bounds[at + FIRST] = first
    bounds[at + END] = end
    bounds[at + PLACE] = place
    this.owner[session] = slot
    this.dirty[session] = 1
    this.accumulator.reset(this.states, session, session + 1)
    let later = NONE
    let next = this.newest[slot]
    if (next === NONE) this.openKeys++
    while (next !== NONE && bounds[next * WIDTH + END] > end) {
      later = next
      next = earlier[next]
    }
    earlier[session] = next
    if (later === NONE) this.newest[slot] = session
    else earlier[later] = session
    return session
  }

  extend(session: number, seen: number, first: number, end: number): void {
    const { bounds } = this
    const at = session * WIDTH
    bounds[at + SEEN] = Math.min(bounds[at + SEEN], seen)
    bounds[at + FIRST] = Math.min(bounds[at + FIRST], first)
    bounds[at + END] = Math.max(bounds[at + END], end)
  }

  /** Makes one session of several of a key, given the newest first: the earliest one takes the others in. */
  merge(sessions: readonly number[]): number {
    const { bounds } = this
    const into = sessions[sessions.length - 1]
    for (let k = sessions.length - 2; k >= 0; k--) {
      const session = sessions[k]
      const at = session * WIDTH
      this.extend(into, bounds[at + SEEN], bounds[at + FIRST], bounds[at + END])
      bounds[into * WIDTH + PLACE] = Math.min(bounds[into * WIDTH + PLACE], bounds[at + PLACE])
      this.accumulator.merge(this.states, into, this.states, session)
      this.remove(session)
    }
    this.dirty[into] = 1
    return into
  }

  /** Takes a session off its key. Its number stays taken until `recycle`. */
  remove(session: number): void {
    const { earlier, newest } = this
    const slot = this.owner[session]
    if (newest[slot] === session) {
      newest[slot] = earlier[session]
      if (newest[slot] === NONE) this.openKeys--
    } else {
      let later = newest[slot]
      while (earlier[later] !== session) later = earlier[later]
      earlier[later] = earlier[session]
    }
    this.owner[session] = NONE
    this.touched[slot] = 1
  }

  recycle(session: number): void {
    this.free.push(session)
  }

  /** Forgets keys without sessions once they are the larger part, except those a checkpoint has yet to hear of. */
  compact(): void {
    const { size } = this.keys
    if (size < this.compactAt || this.openKeys * 2 > size) return
    const kept: number[] = []
    for (let slot = 0; slot < size; slot++) {
      if (this.newest[slot] !== NONE || this.touched[slot] === 1) kept.push(slot)
    }
    const slots = Int32Array.from(kept)
    const keys = this.space.newTable()
    slotsOf(keys, keysAt(this.keys, slots), 0, slots.length, new Int32Array(slots.length))
    this.keys.release()
    this.keys = keys
    slots.forEach((from, to) => {
      this.newest[to] = this.newest[from]
      this.touched[to] = this.touched[from]
      for (let one = this.newest[to]; one !== NONE; one = this.earlier[one]) this.owner[one] = to
    })
    this.newest.fill(NONE, slots.length)
    this.touched.fill(0, slots.length)
    this.compactAt = Math.max(FEWEST, slots.length * 2)
  }

  release(): void {
    this.keys.release()
    const { bounds, dirty, owner, earlier, newest, touched, states } = this
    for (const array of [bounds, dirty, owner, earlier, newest, touched, states.cells]) keep.release(array)
  }
}

function enlarged<A extends Uint8Array | Int32Array | Float64Array>(
  old: A,
  needed: number,
  make: (length: number) => A,
): A {
  const larger = make(Math.max(needed, old.length * 2))
  larger.set(old)
  keep.release(old)
  return larger
}
