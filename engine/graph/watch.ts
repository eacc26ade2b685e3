import type { Batch } from '../batch/batch.ts'
import type { Tick } from '../batch/tick.ts'

/** Sees what a step or a sink does with rows, as it does it. Batches are valid until the tick ends. */
export interface StepWatch {
  /** Before the step sees them. */
  took?(batch: Batch, input: number): void
  /** Before they are passed on. */
  gave?(batch: Batch): void
  /** As so many rows have gone into a window, or a pane, that begins there. */
  used?(windowStart: number, rows: number): void
  late?(batch: Batch, input: number): void
  rejected?(batch: Batch, row: number): void
}

/** Sees the ticks of a task. */
export interface TickWatch {
  /** The rows that an input brings, before they flow. */
  began(input: string, batch: Batch): void
  /** All is done, and the tick's memory is still there. */
  ended(tick: Tick): void
}
