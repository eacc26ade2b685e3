import { keep } from '../../engine/batch/arena.ts'
import type { Batch } from '../../engine/batch/batch.ts'
import { adoptShape } from '../../engine/state/adopt-shape.ts'
import type { StateReader, StateWriter } from '../../engine/state/blob/blob.ts'
import type { BatchKeys, KeySpace, KeyTable } from '../../engine/state/keys/key-space.ts'
import { slotsOf } from '../../engine/state/keys/key-space.ts'
import { keysAt } from '../../engine/state/keys/keys-at.ts'
import type { StateShape, StepState } from '../../engine/step.ts'
import type { Draft } from './draft.ts'
import type { StateColumns } from './state-columns.ts'
import type { Timer } from './timer-queue.ts'
import { TimerQueue } from './timer-queue.ts'

const FEWEST = 128

/** State and timers of all keys. A key with neither, as it was before its first row, is not kept. */
export class KeyedState implements StepState {
  readonly shape: StateShape
  readonly space: KeySpace
  readonly columns: StateColumns
  readonly events = new TimerQueue()
  readonly clocks = new TimerQueue()
  keys: KeyTable
  /** The largest event time of all rows. */
  latest = Number.NEGATIVE_INFINITY
  private readonly step: string
  private stored: StateShape
  private alive: Uint8Array = keep.u8(FEWEST)
  private changed: Uint8Array = keep.u8(FEWEST)
  /** In which order keys came to be: that of their timers. */
  private places: Float64Array = keep.f64(FEWEST)
  private timers: (Timer[] | undefined)[] = []
  private born = 0
  private living = 0
  private compactAt = FEWEST

  constructor(step: string, space: KeySpace, columns: StateColumns) {
    this.shape = { operator: 'process', version: 1, key: space.signature, parts: columns.parts }
    this.stored = this.shape
    this.step = step
    this.space = space
    this.columns = columns
    this.keys = space.newTable()
  }

  slotsOf(batch: Batch): Int32Array {
    const slots = batch.arena.i32(batch.rows)
    this.insert(this.space.keysOf(batch), batch.rows, slots)
    return slots
  }

  timersOf(slot: number): readonly Timer[] {
    return this.timers[slot] ?? []
  }

  load(slot: number, draft: Draft): void {
    if (this.alive[slot] === 1) this.columns.load(slot, draft.values)
    else this.columns.begin(draft.values)
  }

  /** Makes what one call has done the state of its key. */
  commit(slot: number, draft: Draft): void {
    const was = this.alive[slot]
    if (was === 0) this.places[slot] = this.born++
    if (draft.cleared) for (const timer of this.timersOf(slot).slice()) this.cancel(timer)
    for (const [name, set] of draft.timers) {
      const before = this.timersOf(slot).find(timer => timer.name === name)
      if (before !== undefined) this.cancel(before)
      if (set !== null) this.start(slot, name, set.kind, set.time)
    }
    const is = this.timersOf(slot).length > 0 || !this.columns.isInitial(draft.values) ? 1 : 0
    this.columns.store(slot, draft.values)
    this.alive[slot] = is
    this.living += is - was
    if (was === 1 || is === 1) this.changed[slot] = 1
  }

  /** Takes the next timer that is due out of its queue and off its key. */
  take(queue: TimerQueue, time: number): Timer | undefined {
    const timer = queue.take(time)
    if (timer === undefined) return undefined
    this.takeOff(timer)
    this.changed[timer.slot] = 1
    return timer
  }

  /** Forgets keys that are not kept once they are the larger part, except those a checkpoint has yet to hear of. */
  compact(): void {
    const { size } = this.keys
    if (size < this.compactAt || this.living * 2 > size) return
    const slots = this.slotsWhere(slot => this.alive[slot] === 1 || this.changed[slot] === 1)
    const keys = this.space.newTable()
    slotsOf(keys, keysAt(this.keys, slots), 0, slots.length, new Int32Array(slots.length))
    this.keys.release()
    this.keys = keys
    this.columns.compact(slots)
    slots.forEach((from, to) => {
      this.alive[to] = this.alive[from]
      this.changed[to] = this.changed[from]
      this.places[to] = this.places[from]
      this.timers[to] = this.timers[from]
      for (const timer of this.timersOf(to)) timer.slot = to
    })
    this.alive.fill(0, slots.length)
    this.changed.fill(0, slots.length)
    this.timers.length = slots.length
    this.compactAt = Math.max(FEWEST, slots.length * 2)
  }

  adopt(stored: StateShape): { dropped: string[]; added: string[] } {
    const changes = adoptShape(this.step, this.shape, stored)
    this.stored = stored
    return changes
  }

  write(writer: StateWriter, mode: 'snapshot' | 'delta'): void {
    const wanted = mode === 'snapshot' ? this.alive : this.changed
    const slots = this.slotsWhere(slot => wanted[slot] === 1)
    const own = [...slots].flatMap((slot, key) => this.timersOf(slot).map(timer => ({ key, timer })))
    writer
      .table('step', 1)
      .f64('born', Float64Array.of(this.born))
      .f64('latest', Float64Array.of(this.latest))
    writer.table('keys', slots.length)
    this.space.write(writer, this.keys, slots, slots.length)
    writer.u8At('alive', this.alive, slots, slots.length)
    writer.f64At('place', this.places, slots, slots.length)
    this.columns.write(writer, slots)
    writer.table('timers', own.length)
    writer.i32(
      'key',
      Int32Array.from(own, ({ key }) => key),
    )
    writer.f64(
      'time',
      Float64Array.from(own, ({ timer }) => timer.time),
    )
    writer.u8(
      'clock',
      Uint8Array.from(own, ({ timer }) => (timer.kind === 'clock' ? 1 : 0)),
    )
    writer.strings(
      'name',
      own.map(({ timer }) => timer.name),
    )
    this.changed.fill(0)
  }

  read(reader: StateReader): void {
    const step = reader.table('step')
    const table = reader.table('keys')
    const timers = reader.table('timers')
    if (!table || !timers) return
    this.born = step?.f64('born')?.[0] ?? 0
    this.latest = step?.f64('latest')?.[0] ?? Number.NEGATIVE_INFINITY
    const slots = new Int32Array(table.rows)
    this.insert(this.space.read(table), table.rows, slots)
    const alive = table.u8('alive')
    const places = table.f64('place')
    slots.forEach((slot, row) => {
      for (const timer of this.timersOf(slot).slice()) this.cancel(timer)
      this.living += (alive?.[row] ?? 0) - this.alive[slot]
      this.alive[slot] = alive?.[row] ?? 0
      this.places[slot] = places?.[row] ?? 0
    })
    this.columns.read(table, slots, this.stored.parts ?? {})
    const [owners, times, clocks] = [timers.i32('key'), timers.f64('time'), timers.u8('clock')]
    timers.strings('name')?.forEach((name, row) => {
      const slot = slots[owners?.[row] ?? 0]
      this.start(slot, name, clocks?.[row] === 1 ? 'clock' : 'event', times?.[row] ?? 0)
    })
  }

  release(): void {
    this.keys.release()
    this.columns.release()
    for (const array of [this.alive, this.changed, this.places]) keep.release(array)
  }

  private insert(keys: BatchKeys, count: number, slots: Int32Array): void {
    slotsOf(this.keys, keys, 0, count, slots)
    const { size } = this.keys
    this.columns.grow(size)
    if (size <= this.alive.length) return
    this.alive = enlarged(this.alive, size, keep.u8)
    this.changed = enlarged(this.changed, size, keep.u8)
    this.places = enlarged(this.places, size, keep.f64)
  }

  private start(slot: number, name: string, kind: Timer['kind'], time: number): void {
    const timer = { name, kind, time, place: this.places[slot], slot, gone: false }
    const own = this.timers[slot]
    if (own === undefined) this.timers[slot] = [timer]
    else own.push(timer)
    this.queueOf(kind).add(timer)
  }

  private cancel(timer: Timer): void {
    this.takeOff(timer)
    this.queueOf(timer.kind).cancel(timer)
  }

  private takeOff(timer: Timer): void {
    const left = this.timersOf(timer.slot).filter(other => other !== timer)
    this.timers[timer.slot] = left.length === 0 ? undefined : left
  }

  private queueOf(kind: Timer['kind']): TimerQueue {
    return kind === 'event' ? this.events : this.clocks
  }

  private slotsWhere(wanted: (slot: number) => boolean): Int32Array {
    return Int32Array.from({ length: this.keys.size }, (_, slot) => slot).filter(wanted)
  }
}

function enlarged<A extends Uint8Array | Float64Array>(
  old: A,
  needed: number,
  make: (length: number) => A,
): A {
  const larger = make(Math.max(needed, old.length * 2))
  larger.set(old)
  keep.release(old)
  return larger
}
