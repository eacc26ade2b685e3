import type { BatchArena } from './arena.ts'
import type { BytesColumn } from './columns.ts'

const none = new Float64Array(0)
const nothing: ReadonlyMap<string, InputProgress> = new Map()

/** How far one input of a task has got. */
export interface InputProgress {
  readonly watermark: number
  /** Whether it holds nothing back. */
  readonly idle: boolean
}

/**
 * One turn of a task: a stretch of one input's rows, or none at all when only time moves. Every batch
 * that flows through the graph during the turn belongs to it, and nothing of it outlives the turn.
 */
export class Tick {
  readonly arena: BatchArena
  /** Which of the task's inputs the rows come from; -1 where there are none. */
  input = -1
  topic = ''
  partition = -1
  rows = 0
  /** Event time of each row. */
  time: Float64Array = none
  /** The record's own timestamp. */
  recordTime: Float64Array = none
  /** Watermark of the input's own origin at each row, that row included. */
  watermark: Float64Array = none
  /** Where each row stands in its partition. */
  offset: Float64Array = none
  /** The records' original bytes, for dead letters and for passing rows on unchanged; start -1 is a null. */
  key: BytesColumn | null = null
  value: BytesColumn | null = null
  /** The offset behind all that the task has read of any input, where the tick has no rows. */
  next = 0
  /** The task's watermark when the tick began and when it ends: the minimum over the inputs. */
  before: number
  after: number
  /** The minimum over the inputs that this tick does not read. */
  others = Number.POSITIVE_INFINITY
  /** How far the task's inputs have got when the tick ends, by their ids. */
  progress: ReadonlyMap<string, InputProgress> = nothing
  /** Time of day, for processing-time timers, which fire in ticks without rows; NaN where the job uses none. */
  readonly now: number

  constructor(arena: BatchArena, before: number, now: number) {
    this.arena = arena
    this.before = before
    this.after = before
    this.now = now
  }

  /** The first row at which the task's watermark has reached `time`; `rows` if only the end of the tick has. */
  passedAt(time: number): number {
    if (this.before >= time) return 0
    if (this.others < time) return this.rows
    const { watermark } = this
    let low = 0
    let high = this.rows
    while (low < high) {
      const middle = (low + high) >>> 1
      if (watermark[middle] >= time) high = middle
      else low = middle + 1
    }
    return low
  }
}
