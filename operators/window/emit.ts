import type { Batch } from '../../engine/batch/batch.ts'
import type { Tick } from '../../engine/batch/tick.ts'
import { HeadraceError } from '../../engine/errors.ts'
import type { Duration } from '../../engine/time/duration.ts'
import { durationMs } from '../../engine/time/duration.ts'

/** When a window step emits: once a window is over, or also on the way, each time event time passes a multiple of `every`. */
export type Emit = 'final' | { readonly every: Duration }

/** The column that tells early results from final ones; there only where there are early ones. */
export type EmitColumn<E extends Emit> = E extends { readonly every: Duration }
  ? { readonly final: boolean }
  : unknown

/** Milliseconds between early results; null for none. */
export function earlyEvery(emit: Emit | undefined, step: string): number | null {
  return emit === undefined || emit === 'final' ? null : wholeMs(emit.every, `emit.every of "${step}"`)
}

/** A duration of one or more whole milliseconds. */
export function wholeMs(duration: Duration, what: string): number {
  const ms = durationMs(duration, what)
  if (Number.isInteger(ms) && ms >= 1) return ms
  throw new HeadraceError(
    'HR_CONFIG_INVALID',
    `${what} is ${JSON.stringify(duration)}: it has to be 1 ms or more, without a fraction`,
  )
}

/** A point of the log at which early results are due: before the tick's row `at`, which took the watermark there. */
export interface EmitPoint {
  readonly at: number
  readonly watermark: number
}

/** Finds the rows at which the task's watermark passes multiples of the interval. */
export class EmitPoints {
  private readonly everyMs: number
  private reached = Number.NEGATIVE_INFINITY

  constructor(everyMs: number) {
    this.everyMs = everyMs
  }

  /** The next point of this tick; null if there is none. */
  next(tick: Tick): EmitPoint | null {
    this.reached = Math.max(this.reached, tick.before)
    const due = this.due()
    if (tick.after < due) return null
    const at = tick.passedAt(due)
    const watermark = at < tick.rows ? Math.min(tick.watermark[at], tick.others) : tick.after
    return { at, watermark }
  }

  /** Goes on behind a point. */
  pass(point: EmitPoint): void {
    this.reached = Math.max(this.reached, point.watermark)
  }

  /** The multiple that is passed next. Before there is any event time, whatever comes passes one. */
  due(): number {
    const { reached, everyMs } = this
    return reached === Number.NEGATIVE_INFINITY
      ? -Number.MAX_VALUE
      : (Math.floor(reached / everyMs) + 1) * everyMs
  }
}

/** The first row, `from` or later, that the tick's row `at` or a later one caused. */
export function rowsBefore(batch: Batch, at: number, from: number): number {
  let low = from
  let high = batch.rows
  while (low < high) {
    const middle = (low + high) >>> 1
    if (batch.causeOf(middle) < at) low = middle + 1
    else high = middle
  }
  return low
}
