import type { Tick } from '../../engine/batch/tick.ts'
import { readValue } from '../../engine/batch/values.ts'
import { limits } from '../../engine/limits.ts'
import { Draft } from './draft.ts'
import type { EmittedRows } from './emitted-rows.ts'
import type { KeyedState } from './keyed-state.ts'
import type { ProcessContext, ProcessTimers } from './process-context.ts'
import type { Timer } from './timer-queue.ts'

type Values = Record<string, unknown>

/**
 * One call of `onRow` or `onTimer` after the other: what it sees, and what it does until it is committed. Its
 * functions may be taken out of it, as in `onRow(row, { state, emit })`.
 */
export class Call implements ProcessContext<unknown, Values, Values>, ProcessTimers {
  readonly state: Values
  readonly timers: ProcessTimers = this
  time = 0
  watermark = 0
  private readonly keyed: KeyedState
  private readonly emitted: EmittedRows
  private readonly usesTimeOfDay: boolean
  private readonly firesTimers: boolean
  private readonly draft = new Draft()
  private tick: Tick | undefined
  private slot = 0
  private cause = 0
  private firing: Timer | undefined
  private emittedBefore = 0

  constructor(keyed: KeyedState, emitted: EmittedRows, usesTimeOfDay: boolean, firesTimers: boolean) {
    this.keyed = keyed
    this.emitted = emitted
    this.usesTimeOfDay = usesTimeOfDay
    this.firesTimers = firesTimers
    this.state = this.draft.values
  }

  get key(): unknown {
    const { arena } = this.going()
    const { keys, space } = this.keyed
    const values = space
      .columns(keys, Int32Array.of(this.slot), 1, arena)
      .map((column, k) => readValue(space.fields[k], column, 0))
    return values.length === 1
      ? values[0]
      : Object.fromEntries(space.names.map((name, k) => [name, values[k]]))
  }

  get now(): number {
    this.needTimeOfDay()
    return this.going().now
  }

  begin(tick: Tick, slot: number, cause: number, time: number, watermark: number, firing?: Timer): void {
    this.tick = tick
    this.slot = slot
    this.cause = cause
    this.time = time
    this.watermark = watermark
    this.firing = firing
    this.emittedBefore = this.emitted.count
    this.draft.reset()
    this.keyed.load(slot, this.draft)
  }

  commit(): void {
    this.keyed.columns.check(this.draft.values)
    this.keyed.commit(this.slot, this.draft)
    this.tick = undefined
  }

  /** Takes back all that the call has done; a timer that called it has fired all the same. */
  discard(): void {
    this.emitted.cut(this.emittedBefore)
    this.draft.reset()
    this.keyed.load(this.slot, this.draft)
    if (this.firing !== undefined) this.keyed.commit(this.slot, this.draft)
    this.tick = undefined
  }

  readonly emit = (row: Values): void => {
    this.going()
    this.emitted.add(row, this.cause, this.time, this.watermark)
  }

  readonly clear = (): void => {
    this.going()
    this.draft.reset()
    this.draft.cleared = true
    this.keyed.columns.begin(this.draft.values)
  }

  readonly at = (time: number, name = ''): void => {
    this.set({ kind: 'event', time }, name)
  }

  readonly after = (ms: number, name = ''): void => {
    this.set({ kind: 'clock', time: this.now + ms }, name)
  }

  readonly atClock = (time: number, name = ''): void => {
    this.needTimeOfDay()
    this.set({ kind: 'clock', time }, name)
  }

  readonly delete = (name = ''): void => {
    this.going()
    this.draft.timers.set(name, null)
  }

  private set(timer: Pick<Timer, 'kind' | 'time'>, name: string): void {
    const { draft, firing, keyed } = this
    this.going()
    if (!this.firesTimers) throw new TypeError('a timer is set, but there is no onTimer')
    if (!Number.isFinite(timer.time)) throw new RangeError(`a timer is set to ${timer.time}`)
    if (firing?.kind === timer.kind && timer.time <= firing.time) {
      throw new RangeError('a timer that is set by a timer has to be later than that')
    }
    if (
      keyed.timersOf(this.slot).length + draft.timers.size >= limits.timersPerKey &&
      !draft.timers.has(name)
    ) {
      throw new RangeError(`more than ${limits.timersPerKey} timers for one key`)
    }
    draft.timers.set(name, timer)
  }

  private needTimeOfDay(): void {
    if (!this.usesTimeOfDay) throw new TypeError('the time of day needs the option timeOfDay: true')
  }

  private going(): Tick {
    if (this.tick === undefined) throw new TypeError('the context is used after its call has returned')
    return this.tick
  }
}
