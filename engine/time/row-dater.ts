import type { Batch } from '../batch/batch.ts'
import type { Cursor } from '../batch/cursor.ts'
import { cursorFor } from '../batch/cursor.ts'
import type { MapLoop } from '../batch/loops.ts'
import { mapLoop } from '../batch/loops.ts'
import type { ErrorCode } from '../error-codes.ts'
import { HeadraceError, messageOf } from '../errors.ts'
import { limits } from '../limits.ts'
import type { SourceSpec } from '../topic.ts'
import type { InputClock } from './watermark.ts'

type Note = (row: number, code: ErrorCode, message: string) => void

/** The last millisecond that a JavaScript date knows. */
const LATEST = 8.64e15

/** Gives each row of a source its event time, and moves the watermark along, row by row. */
export class RowDater {
  time = new Float64Array(0)
  watermark = new Float64Array(0)
  private readonly spec: SourceSpec
  private readonly cursor: Cursor<unknown> | null
  private readonly loop: MapLoop<unknown> | null

  constructor(id: string, spec: SourceSpec) {
    this.spec = spec
    const lambda = typeof spec.time === 'function' ? (spec.time as (row: unknown) => number) : null
    this.cursor = lambda === null ? null : cursorFor(spec.schema)
    this.loop = lambda === null ? null : mapLoop(`${id}.time`, lambda)
  }

  /** Fills `time` and `watermark` for the rows of the batch. Rows in `bad` have no time and move nothing. */
  date(batch: Batch, clock: InputClock, bad: Uint8Array, hasBad: boolean, note: Note): void {
    const { rows } = batch
    if (this.time.length < rows) {
      this.time = new Float64Array(rows * 2)
      this.watermark = new Float64Array(rows * 2)
    }
    const whole = !hasBad && !this.spec.table
    if (this.loop !== null) this.compute(whole ? batch : good(batch, bad), note)
    else if (this.spec.time === null) this.time.set(batch.tick.recordTime.subarray(0, rows))
    else this.copy(batch, this.spec.time as string)
    if (this.spec.table) this.dateTombstones(batch)
    this.advance(rows, batch.tick.recordTime, clock, bad, note)
  }

  /** What deletes a key has no columns: its record says when. */
  private dateTombstones(batch: Batch): void {
    const { recordTime } = batch.tick
    for (let row = 0; row < batch.rows; row++) if (batch.isTombstone(row)) this.time[row] = recordTime[row]
  }

  private compute(batch: Batch, note: Note): void {
    const cursor = this.cursor as Cursor<unknown>
    const { at, rows, arena } = batch
    const out = at === null ? this.time : arena.f64(rows)
    cursor.$bind(batch)
    this.loop?.(cursor, rows, out, (row, error) => {
      out[row] = Number.NaN
      note(batch.causeOf(row), 'HR_LAMBDA_THREW', `the topic's time function threw: ${messageOf(error)}`)
    })
    if (at !== null) for (let i = 0; i < rows; i++) this.time[at[i]] = out[i]
  }

  private copy(batch: Batch, name: string): void {
    const column = batch.named(name)
    if (column.layout !== 'number' && column.layout !== 'int') {
      throw new HeadraceError(
        'HR_CONFIG_INVALID',
        `time of topic "${this.spec.name}" is the column "${name}", which is no number`,
      )
    }
    const { values, nulls } = column
    const { time } = this
    for (let row = 0; row < batch.rows; row++) time[row] = values[row]
    if (nulls !== null)
      for (let row = 0; row < batch.rows; row++) if (nulls[row] === 1) time[row] = Number.NaN
  }

  private advance(
    rows: number,
    recordTime: Float64Array,
    clock: InputClock,
    bad: Uint8Array,
    note: Note,
  ): void {
    const { time, watermark } = this
    const { maxFutureMs } = this.spec
    const { latenessMs } = clock
    let max = clock.maxTime
    // A watermark that a mark has raised above what the rows say stays.
    let reached = clock.watermark
    let bound = max + maxFutureMs
    for (let row = 0; row < rows; row++) {
      const t = time[row]
      if (bad[row] === 0) {
        if (!(t >= 0 && t <= LATEST)) note(row, 'HR_TIME_INVALID', `the event time is ${t}`)
        else if (t > max) {
          if (t <= bound || this.mayJump(t, max, recordTime[row], clock)) {
            max = t
            bound = t + maxFutureMs
            if (t - latenessMs > reached) reached = t - latenessMs
            clock.futureRun = 0
          } else note(row, 'HR_TIME_FUTURE', this.tooFar(t, max))
        } else clock.futureRun = 0
      }
      watermark[row] = reached
    }
    clock.maxTime = max
    clock.raise(reached)
  }

  /** Whether a row ahead of the bound is let through: nothing came before it, or many in a row say the same. */
  private mayJump(time: number, max: number, recordTime: number, clock: InputClock): boolean {
    const first = max === Number.NEGATIVE_INFINITY
    if (first && (recordTime < 0 || time <= recordTime + this.spec.maxFutureMs)) return true
    return ++clock.futureRun > limits.futureConfirmations
  }

  private tooFar(time: number, max: number): string {
    const ahead =
      max === Number.NEGATIVE_INFINITY ? 'the timestamp of its record' : `${max}, the largest before it`
    return `the event time ${time} is more than ${this.spec.maxFutureMs} ms ahead of ${ahead}`
  }
}

function good(batch: Batch, bad: Uint8Array): Batch {
  const kept = batch.arena.i32(batch.rows)
  let count = 0
  for (let row = 0; row < batch.rows; row++)
    if (bad[row] === 0 && !batch.isTombstone(row)) kept[count++] = row
  return batch.pick(kept, count)
}
