import type { OperatorFunction } from 'rxjs'
import { Batch } from '../../engine/batch/batch.ts'
import { NumberColumn } from '../../engine/batch/columns.ts'
import { long, record } from '../../engine/batch/schema.ts'
import type { Tick } from '../../engine/batch/tick.ts'
import { operator } from '../../engine/graph/operator.ts'
import type { StateReader, StateWriter } from '../../engine/state/blob/blob.ts'
import type { StateShape, StepState } from '../../engine/step.ts'

export const Pulse = record('Pulse', { rows: long(), at: long() })
export type Pulse = { readonly rows: number; readonly at: number }

/** Says by the time of day, `everyMs` after the first row it has not told of, how many rows have come. */
export function pulse<T>(id: string, everyMs: number): OperatorFunction<Batch<T>, Batch<Pulse>> {
  return operator<T, Pulse>({
    kind: 'pulse',
    id,
    start: (_, context) => {
      context.useTimeOfDay()
      const state = new PulseState()
      return {
        schema: Pulse,
        state,
        push: batch => {
          if (state.rows === 0) state.due = batch.tick.now + everyMs
          state.rows += batch.rows
        },
        advance: tick => {
          if (tick.rows > 0 || !(state.due <= tick.now)) return
          context.emit(onePulse(state.rows, tick))
          state.rows = 0
          state.due = Number.POSITIVE_INFINITY
        },
        alarm: () => state.due,
      }
    },
  })
}

class PulseState implements StepState {
  readonly shape: StateShape = { operator: 'pulse', version: 1 }
  rows = 0
  due = Number.POSITIVE_INFINITY

  adopt() {
    return { dropped: [], added: [] }
  }

  write(writer: StateWriter): void {
    writer.table('pulse', 2).f64('values', Float64Array.of(this.rows, this.due))
  }

  read(reader: StateReader): void {
    const values = reader.table('pulse')?.f64('values')
    if (values === undefined) return
    this.rows = values[0]
    this.due = values[1]
  }
}

function onePulse(rows: number, tick: Tick): Batch<Pulse> {
  const columns = [new NumberColumn(Float64Array.of(rows)), new NumberColumn(Float64Array.of(tick.now))]
  const time = Float64Array.of(Math.max(0, tick.after))
  const at = Int32Array.of(0)
  return new Batch(Pulse, tick, 1, at, { column: index => columns[index] }, time, Float64Array.of(tick.after))
}
