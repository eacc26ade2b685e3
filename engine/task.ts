import { BatchArena } from './batch/arena.ts'
import { Tick } from './batch/tick.ts'
import type { Build } from './graph/build.ts'
import type { LiveStep } from './graph/live-step.ts'
import { checkStarted, prime } from './graph/plan.ts'
import type { LiveContext } from './graph/step-context.ts'
import type { TickWatch } from './graph/watch.ts'
import type { DeadLetters } from './io/dead-letters.ts'
import type { TaskInput } from './io/input.ts'
import type { TaskEnd } from './io/output.ts'
import { isSource } from './io/repartition-input.ts'
import type { ReplayMarks } from './recovery/replay-marks.ts'
import type { Mark } from './state/log/marks-log.ts'
import type { Clock } from './time/clock.ts'
import type { InputClock } from './time/watermark.ts'
import { TaskClock } from './time/watermark.ts'

export interface TaskParts {
  readonly name: string
  readonly build: Build
  readonly inputs: readonly TaskInput[]
  readonly outputs: TaskEnd[]
  /** The counters of the sinks. */
  readonly sinks: readonly LiveContext[]
  readonly deadLetters: DeadLetters
  readonly wallClock: Clock
  /** What is repeated instead of deciding it: when inputs fall idle, and what the time of day is. */
  readonly replay: ReplayMarks | null
}

/** One partition of a stage: its own graph, state and event time. Quiet between two turns. */
export class Task {
  readonly name: string
  readonly build: Build
  readonly inputs: readonly TaskInput[]
  readonly steps: readonly LiveStep[]
  readonly clock = new TaskClock()
  readonly deadLetters: DeadLetters
  /** What the sinks have taken. */
  readonly sinks: readonly LiveContext[]
  /** What happened live and is not in the input, since the last checkpoint. */
  readonly marks: Mark[] = []
  /** Marks since the job first ran. */
  markCount = 0
  /** The time of day in the ticks; NaN as long as no step has asked for it. */
  now = Number.NaN
  /** An input has fallen idle since the last commit: later stages want to know. */
  fellIdle = false
  watch: TickWatch | undefined
  readonly outputs: TaskEnd[]
  private readonly wallClock: Clock
  readonly replay: ReplayMarks | null
  private readonly arena = new BatchArena()
  private readonly usesTimeOfDay: boolean
  private readonly progress: ReadonlyMap<string, InputClock>
  /** An input has fallen idle, and the steps that wait for it have not heard of it. */
  private heldBack = false

  constructor(parts: TaskParts) {
    this.name = parts.name
    this.build = parts.build
    this.inputs = parts.inputs
    this.outputs = parts.outputs
    this.sinks = parts.sinks
    this.deadLetters = parts.deadLetters
    this.wallClock = parts.wallClock
    this.replay = parts.replay
    for (const { clock } of this.inputs) {
      this.clock.inputs.push(clock)
      clock.lastArrival = this.wallClock.now()
    }
    prime(this.build, [...this.build.inputs.values()])
    checkStarted(this.build)
    this.steps = this.build.stepsInOrder()
    this.usesTimeOfDay = this.steps.some(step => step.context.wantsTimeOfDay)
    this.progress = new Map(this.inputs.map(({ id, clock }) => [id, clock]))
  }

  /** Processes the next stretch of one input, to the end. False: there is nothing to do now. */
  async turn(): Promise<boolean> {
    const live = this.replay === null
    if (live ? await this.ring() : await this.repeat()) return true
    for (const [index, input] of this.byNeed()) {
      const filled = input.feed.fill()
      if (filled === true || (filled !== false && (await filled))) {
        await this.process(input, index)
        return true
      }
      if (live) this.look(input, index)
    }
    return live && this.moveTime()
  }

  /** Takes up what a checkpoint says of the time of day and the marks made so far. */
  resume(now: number, marks: number): void {
    this.now = now
    this.markCount = marks
    this.replay?.skip(marks)
  }

  /** Moves event time on without records, as if all inputs had fallen idle; a replay repeats it. */
  async advanceTo(watermark: number): Promise<void> {
    const before = this.clock.watermark
    if (this.jumpTo(watermark) > before) await this.moved(before)
  }

  /** Milliseconds until `turn` has something to do although no record comes; Infinity: never. */
  patience(): number {
    if (this.replay !== null) return Number.POSITIVE_INFINITY
    const now = this.wallClock.now()
    let wait = this.alarm() - now
    for (const { clock, spec, feed } of this.inputs) {
      // Where the end is still to be reached, that is what is waited for.
      if (!clock.idle && feed.source.atEnd?.() !== false)
        wait = Math.min(wait, clock.lastArrival + spec.idleAfterMs - now)
    }
    const deadline = this.deadline()
    if (this.clock.allIdle && deadline !== Number.POSITIVE_INFINITY)
      wait = Math.min(wait, deadline - this.clock.projected(now))
    return Math.max(0, wait)
  }

  /** Writes what the sinks hold back, so that a commit has it all. */
  async flush(): Promise<void> {
    // First: what the home is given may begin a transaction, which has to end in time.
    await Promise.all(this.outputs.map(output => output.stored?.()))
    const reached = this.clock.allIdle ? Number.POSITIVE_INFINITY : this.clock.watermark
    for (const output of this.outputs) await output.flush(reached)
    this.fellIdle = false
  }

  close(): void {
    for (const step of this.steps) step.close()
    for (const output of this.outputs) output.close?.()
    for (const input of this.inputs) input.feed.source.close()
    this.arena.close()
  }

  /** The inputs in the order in which they are asked: the one that is furthest behind in event time first. */
  private byNeed(): [number, TaskInput][] {
    const entries = [...this.inputs.entries()]
    return entries.length === 1
      ? entries
      : entries.sort((a, b) => a[1].clock.watermark - b[1].clock.watermark)
  }

  private async process(input: TaskInput, index: number): Promise<void> {
    const { clock } = this
    const preparing = input.prepare?.()
    if (preparing) await preparing
    this.wake(input, index)
    if (this.usesTimeOfDay && this.replay === null) this.tellTime(index)
    const tick = this.newTick(clock.watermark)
    tick.others = clock.others(index)
    const batch = input.begin(tick, index, this.build.rejects)
    tick.after = clock.advance()
    this.watch?.began(input.id, batch)
    if (batch.rows > 0) input.push(batch)
    this.deadLetters.pass(input.id, tick)
    await this.finish(tick)
  }

  /** Lets the steps close what is due, in order, and the tick's memory go. */
  private async finish(tick: Tick): Promise<void> {
    this.heldBack = false
    this.build.throwIfFailed()
    for (const step of this.steps) {
      const advanced = step.advance(tick)
      if (advanced) await advanced
      this.deadLetters.pass(step.id, tick)
      this.build.throwIfFailed()
    }
    await this.deadLetters.deliver(tick)
    this.build.throwIfFailed()
    for (const output of this.outputs) await output.settled()
    this.watch?.ended(tick)
    this.arena.reset()
  }

  /** An input that was idle speaks again: its rows are judged against where the others have got meanwhile. */
  private wake(input: TaskInput, index: number): void {
    const { clock } = input
    clock.lastArrival = this.wallClock.now()
    if (!clock.idle) return
    clock.idle = false
    clock.raise(this.clock.watermark)
    if (this.inputs.length > 1) this.mark('awake', index, clock.watermark)
  }

  private look({ clock, spec, feed }: TaskInput, index: number): void {
    if (clock.idle) return
    const now = this.wallClock.now()
    if (feed.source.atEnd?.() === false) clock.lastArrival = now
    else if (now - clock.lastArrival >= spec.idleAfterMs) this.fallIdle(clock, index)
  }

  private fallIdle(clock: InputClock, index: number): void {
    clock.idle = true
    this.fellIdle = this.tellsProgress
    // Alone it holds nothing back here, but it may behind a repartition.
    if (this.inputs.length === 1 && !(this.fellIdle && isSource(this.inputs[0]))) return
    this.heldBack = this.inputs.length > 1
    this.mark('idle', index, clock.watermark)
  }

  /** A later stage hears from it how far it is. */
  private get tellsProgress(): boolean {
    return this.outputs.some(output => output.tellsProgress)
  }

  /** Fires processing-time timers that are due. */
  private async ring(): Promise<boolean> {
    if (!this.usesTimeOfDay || this.alarm() > this.wallClock.now()) return false
    this.tellTime(undefined)
    await this.moved(this.clock.watermark)
    return true
  }

  /** No records: moves event time on where inputs are idle. */
  private async moveTime(): Promise<boolean> {
    const now = this.wallClock.now()
    const before = this.clock.watermark
    let after = this.clock.advance()
    if (this.clock.allIdle && this.clock.projected(now) >= this.deadline())
      after = this.jumpTo(this.clock.projected(now))
    if (after <= before && !this.heldBack) return false
    await this.moved(before)
    return true
  }

  /** Applies the marks whose place has come, up to one that the steps have to hear of. False: there is none. */
  private async repeat(): Promise<boolean> {
    for (let mark = this.replay?.due(this.inputs); mark; mark = this.replay?.due(this.inputs)) {
      const before = this.clock.watermark
      this.apply(mark)
      const isTick = mark.kind === 'idle' || (mark.kind === 'tick' && mark.input === undefined)
      if (this.clock.advance() <= before && !isTick) continue
      await this.moved(before)
      return true
    }
    return false
  }

  private apply(mark: Mark): void {
    this.marks.push(mark)
    this.markCount++
    if (mark.kind === 'tick') this.now = mark.time
    const clock = this.inputs[mark.input ?? -1]?.clock
    if (clock === undefined || mark.kind === 'tick') return
    if (mark.kind !== 'time') clock.idle = mark.kind === 'idle'
    if (clock.idle) this.fellIdle = this.tellsProgress
    if (mark.kind !== 'idle') clock.raise(mark.time)
  }

  /** A tick without rows. */
  private moved(before: number): Promise<void> {
    const tick = this.newTick(before)
    tick.next = Math.max(...this.inputs.map(({ feed }) => feed.position))
    tick.after = this.clock.watermark
    return this.finish(tick)
  }

  private jumpTo(watermark: number): number {
    this.inputs.forEach((input, index) => {
      if (watermark <= input.clock.watermark) return
      input.clock.raise(watermark)
      input.clock.lastArrival = this.wallClock.now()
      this.mark('time', index, watermark)
    })
    return this.clock.advance()
  }

  private tellTime(reading: number | undefined): void {
    this.now = this.wallClock.now()
    this.mark('tick', reading, this.now)
  }

  private deadline(): number {
    return Math.min(...this.steps.map(step => step.running?.deadline?.() ?? Number.POSITIVE_INFINITY))
  }

  private alarm(): number {
    return Math.min(...this.steps.map(step => step.running?.alarm?.() ?? Number.POSITIVE_INFINITY))
  }

  /** Remembers it for a replay, at the place before the rows that the current turn has read of the input. */
  private mark(kind: Mark['kind'], input: number | undefined, time: number): void {
    const positions = this.inputs.map(({ feed }, index) => (index === input ? feed.from : feed.position))
    // A mark is stored as JSON, which has no infinity.
    const finite = Math.max(time, -Number.MAX_VALUE)
    this.marks.push({ kind, positions, time: finite, ...(input !== undefined && { input }) })
    this.markCount++
  }

  private newTick(before: number): Tick {
    const tick = new Tick(this.arena, before, this.now)
    tick.progress = this.progress
    return tick
  }
}
