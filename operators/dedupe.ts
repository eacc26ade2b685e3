import type { OperatorFunction } from 'rxjs'
import type { Batch } from '../engine/batch/batch.ts'
import type { Schema } from '../engine/batch/schema.ts'
import type { Tick } from '../engine/batch/tick.ts'
import { HeadraceError } from '../engine/errors.ts'
import { operator } from '../engine/graph/operator.ts'
import { limits } from '../engine/limits.ts'
import { KeySpace } from '../engine/state/keys/key-space.ts'
import type { CountedBy, RunningStep, StepContext } from '../engine/step.ts'
import type { Duration } from '../engine/time/duration.ts'
import { durationMs } from '../engine/time/duration.ts'
import { DedupeState } from './dedupe/dedupe-state.ts'

export interface DedupeOptions<K> {
  /** The column, or columns, that make two rows the same. */
  readonly by: K | readonly K[]
  /** Distance in event time up to which a row repeats one that has passed. */
  readonly within: Duration
}

/** Passes the first of several rows with the same key that are at most `within` apart in event time. */
export function dedupe<T, K extends keyof T & string>(
  id: string,
  options: DedupeOptions<K>,
): OperatorFunction<Batch<T>, Batch<T>> {
  const withinMs = durationMs(options.within, `within of "${id}"`)
  if (withinMs === 0) {
    throw new HeadraceError('HR_CONFIG_INVALID', `within of "${id}" is 0: nothing could repeat`)
  }
  return operator<T, T>({
    kind: 'dedupe',
    id,
    start: ([schema], context) => new Dedupe(schema, withinMs, options.by, context),
  })
}

class Dedupe<T> implements RunningStep<T, T> {
  readonly schema: Schema<T>
  readonly state: DedupeState
  readonly counted: CountedBy = { lengthMs: limits.auditStretchMs, by: 'time' }
  private readonly context: StepContext<T, T>
  private readonly withinMs: number
  private readonly space: KeySpace

  constructor(
    schema: Schema<T>,
    withinMs: number,
    by: string | readonly string[],
    context: StepContext<T, T>,
  ) {
    this.schema = schema
    this.context = context
    this.withinMs = withinMs
    this.space = new KeySpace(schema as Schema, by, context.id)
    this.state = new DedupeState(context.id, withinMs, this.space)
  }

  push(batch: Batch<T>): void {
    const { state, withinMs } = this
    const { arena, rows, time, watermark } = batch
    const keys = this.space.keysOf(batch as Batch)
    const slots = arena.i32(rows)
    const passed = arena.i32(rows)
    const late = arena.i32(rows)
    let passedCount = 0
    let lateCount = 0
    let from = 0
    while (from < rows) {
      if (time[from] + withinMs < watermark[from]) {
        late[lateCount++] = from++
        continue
      }
      const number = state.numberOf(time[from])
      let to = from + 1
      while (to < rows && state.numberOf(time[to]) === number && time[to] + withinMs >= watermark[to]) to++
      const before = state.find(number - 1)
      const own = state.open(number)
      const after = state.find(number + 1)
      own.insert(keys, from, to, slots)
      for (let row = from; row < to; row++) {
        if (!Number.isNaN(own.times[slots[row]])) continue
        if (before?.near(keys, row, time[row], withinMs) || after?.near(keys, row, time[row], withinMs))
          continue
        own.pass(slots[row], time[row])
        passed[passedCount++] = row
      }
      from = to
    }
    if (lateCount > 0) this.context.late(batch.pick(late, lateCount))
    this.context.emit(passedCount === rows ? batch : batch.pick(passed, passedCount))
  }

  advance(tick: Tick): void {
    this.state.expire(tick.after)
  }

  close(): void {
    this.state.release()
  }
}
