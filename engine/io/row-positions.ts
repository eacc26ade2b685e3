import type { Batch } from '../batch/batch.ts'
import type { Tick } from '../batch/tick.ts'

/** Rows that one record has caused are that much apart, and together less than a half. */
const ROW = 1 / 8192
const ROWS_APART = 4096

/**
 * Gives the rows of one sink their positions: the offset of the record that has caused a row, and behind the point
 * which one of them it is. So a store can tell which is the later one, in whatever order they come to it.
 */
export class RowPositions {
  private tick: Tick | undefined
  /** Rows so far that each record of the tick has caused. */
  private counts: Int32Array = new Int32Array(0)

  of(batch: Batch): Float64Array {
    const { tick, rows, arena } = batch
    if (tick !== this.tick) {
      this.tick = tick
      this.counts = arena.i32(Math.max(1, tick.rows)).fill(0)
    }
    const { counts } = this
    const { offset } = tick
    const out = arena.f64(rows)
    const last = tick.rows - 1
    for (let row = 0; row < rows; row++) {
      const cause = last < 0 ? 0 : Math.min(batch.causeOf(row), last)
      // What time alone has caused is behind all that was read, and before all that will be.
      const place = last < 0 ? tick.next - 0.5 : offset[cause]
      out[row] = place + ROW * Math.min(counts[cause]++, ROWS_APART - 1)
    }
    return out
  }
}
