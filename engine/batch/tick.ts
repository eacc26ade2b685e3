import type { BatchArena } from './arena.ts'
import type { BytesColumn } from './columns.ts'

/**
 * One turn of a task: a stretch of one input's rows, or none at all when only time moves. Every batch
 * that flows through the graph during the turn belongs to it, and nothing of it outlives the turn.
 */
export interface Tick {
  readonly arena: BatchArena
  /** Which of the task's inputs the rows come from; -1 where there are none. */
  readonly input: number
  readonly rows: number
  /** Event time of each row. */
  readonly time: Float64Array
  /** Watermark of the input's own origin at each row, that row included. */
  readonly watermark: Float64Array
  /** Where each row stands in its partition. */
  readonly offset: Float64Array
  /** The records' original bytes, for dead letters and for passing rows on unchanged. */
  readonly key: BytesColumn | null
  readonly value: BytesColumn | null
  readonly topic: string
  readonly partition: number
  /** The task's watermark when the tick began and when it ends: the minimum over the inputs. */
  readonly before: number
  readonly after: number
  /** Milliseconds since 1970 at the tick, for processing-time timers; NaN where the job uses none. */
  readonly now: number
  /** The first row at which the task's watermark has reached `time`; `rows` if only the end of the tick has. */
  passedAt(time: number): number
}
