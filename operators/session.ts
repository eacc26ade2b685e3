import type { OperatorFunction } from 'rxjs'
import { Batch } from '../engine/batch/batch.ts'
import type { Column } from '../engine/batch/columns.ts'
import { NumberColumn } from '../engine/batch/columns.ts'
import type { Schema } from '../engine/batch/schema.ts'
import type { Tick } from '../engine/batch/tick.ts'
import { operator } from '../engine/graph/operator.ts'
import { limits } from '../engine/limits.ts'
import type { Lineage } from '../engine/lineage.ts'
import { KeySpace } from '../engine/state/keys/key-space.ts'
import type { CountedBy, RunningStep, StepContext } from '../engine/step.ts'
import type { Duration } from '../engine/time/duration.ts'
import { durationMs } from '../engine/time/duration.ts'
import { Accumulator } from './aggregates/accumulator.ts'
import type { Aggregates, Results } from './aggregates/aggregate.ts'
import { ClosingQueue } from './session/closing-queue.ts'
import { SessionState } from './session/session-state.ts'
import { END, FIRST, SEEN, SessionTable, WIDTH } from './session/session-table.ts'
import { sessionLineage } from './window/lineage.ts'
import { resultSchema } from './window/results.ts'

export interface SessionOptions<K> {
  /** The column, or columns, that rows are grouped by. */
  readonly by: K | readonly K[]
  /** Two rows of a key that are at most so far apart are of one session. */
  readonly gap: Duration
}

/** The session that a result row is of. */
export interface SessionBounds {
  /** Event time of its first row. */
  readonly windowStart: number
  /** Event time of its last row. */
  readonly windowEnd: number
}

/** Stretches of activity: rows of a key with no more than `gap` between them. A final row for each. */
export function session<T, K extends keyof T & string, A extends Aggregates<T>>(
  id: string,
  options: SessionOptions<K>,
  aggregates: A,
): OperatorFunction<Batch<T>, Batch<Pick<T, K> & SessionBounds & Results<A>>> {
  const gapMs = durationMs(options.gap, `gap of "${id}"`)
  return operator<T, Pick<T, K> & SessionBounds & Results<A>>({
    kind: 'session',
    id,
    start: ([schema], context) =>
      new Session(schema as Schema, gapMs, options.by, aggregates as never, context as never) as never,
  })
}

const none: readonly number[] = []

/**
 * A row lives from when it is seen (at its own time, or at its watermark if that is later) until the first
 * millisecond more than `gap` after its time. Rows of a key whose lives overlap are of one session, which
 * closes when the watermark reaches the end of the last life; a row seen after its own is late. All of this
 * is said of rows, not of the order in which several inputs brought them.
 */
class Session implements RunningStep<unknown, unknown> {
  readonly schema: Schema
  readonly lineage: Lineage
  readonly state: SessionState
  readonly counted: CountedBy = { lengthMs: limits.auditStretchMs, by: 'time' }
  private readonly context: StepContext<unknown, unknown>
  private readonly lifeMs: number
  private readonly table: SessionTable
  private readonly queue: ClosingQueue

  constructor(
    input: Schema,
    gapMs: number,
    by: string | readonly string[],
    aggregates: Aggregates<never>,
    context: StepContext<unknown, unknown>,
  ) {
    const { id } = context
    const space = new KeySpace(input, by, id)
    const accumulator = new Accumulator(id, input, aggregates)
    this.context = context
    this.lifeMs = gapMs + 1
    this.lineage = sessionLineage(space.names, gapMs)
    this.schema = resultSchema(id, space, accumulator)
    this.table = new SessionTable(space, accumulator)
    this.queue = new ClosingQueue(this.table, gapMs)
    this.state = new SessionState(id, gapMs, this.table, this.queue)
  }

  push(batch: Batch): void {
    const { table } = this
    const failures = this.context.failed(batch)
    table.accumulator.prepare(batch, failures)
    if (failures.count > 0) {
      this.push(failures.without(batch))
      return
    }
    const lateRows = batch.arena.i32(batch.rows)
    const lateCount = this.add(batch, table.slotsOf(batch), lateRows)
    table.arrived += batch.rows
    if (lateCount > 0) this.context.late(batch.pick(lateRows, lateCount))
  }

  /** Adds each row to its session; those that are late go into `late`, and their number is given. */
  private add(batch: Batch, slots: Int32Array, late: Int32Array): number {
    const { lifeMs, table } = this
    const { bounds, earlier, newest, states, dirty } = table
    const { time, watermark, rows } = batch
    const sessions = batch.arena.i32(rows)
    let lateCount = 0
    let from = 0
    for (let row = 0; row < rows; row++) {
      const first = time[row]
      const seen = first > watermark[row] ? first : watermark[row]
      const end = first + lifeMs
      const session = newest[slots[row]]
      const at = session * WIDTH
      if (end <= seen) {
        table.accumulator.add(states, sessions, from, row, dirty)
        from = row + 1
        late[lateCount++] = row
      } else if (session >= 0 && earlier[session] < 0 && seen < bounds[at + END] && end > bounds[at + SEEN]) {
        if (end > bounds[at + END]) bounds[at + END] = end
        else if (first < bounds[at + FIRST]) bounds[at + FIRST] = first
        if (seen < bounds[at + SEEN]) bounds[at + SEEN] = seen
        sessions[row] = session
      } else {
        const found = session < 0 ? none : table.overlapping(slots[row], seen, end)
        if (found.length > 1) {
          table.accumulator.add(states, sessions, from, row, dirty)
          from = row
        }
        sessions[row] = this.place(found, slots[row], seen, first, end, table.arrived + row)
      }
    }
    table.accumulator.add(states, sessions, from, rows, dirty)
    return lateCount
  }

  /** The session for a row: a new one, or what becomes of those that it joins. */
  private place(
    found: readonly number[],
    slot: number,
    seen: number,
    first: number,
    end: number,
    place: number,
  ): number {
    const { table } = this
    if (found.length > 0) {
      const session = table.merge(found)
      table.extend(session, seen, first, end)
      return session
    }
    const session = table.open(slot, seen, first, end, place)
    this.queue.add(session)
    return session
  }

  advance(tick: Tick): void {
    const closing = this.queue.take(tick.after)
    for (let from = 0; from < closing.length; from += limits.batchRows) {
      this.context.emit(this.results(tick, Int32Array.from(closing.slice(from, from + limits.batchRows))))
    }
    for (const session of closing) {
      this.table.remove(session)
      this.table.recycle(session)
    }
    this.table.compact()
  }

  deadline(): number {
    return this.queue.next()
  }

  close(): void {
    this.table.release()
  }

  private results(tick: Tick, sessions: Int32Array): Batch {
    const { arena } = tick
    const { accumulator, bounds, keys, owner, space, states } = this.table
    const count = sessions.length
    const at = arena.i32(count)
    const time = arena.f64(count)
    const start = arena.f64(count)
    const end = arena.f64(count)
    sessions.forEach((session, i) => {
      const closesAt = bounds[session * WIDTH + END]
      at[i] = tick.passedAt(closesAt)
      // As of a window: its last millisecond. Nothing downstream can have closed before that.
      time[i] = closesAt - 1
      start[i] = bounds[session * WIDTH + FIRST]
      end[i] = closesAt - this.lifeMs
    })
    const slots = sessions.map(session => owner[session])
    const columns: Column[] = [
      ...space.columns(keys, slots, count, arena),
      new NumberColumn(start),
      new NumberColumn(end),
      ...accumulator.results(states, sessions, count, arena),
    ]
    return new Batch(this.schema, tick, count, at, { column: index => columns[index] }, time, time)
  }
}
