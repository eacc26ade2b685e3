import type { Batch } from '../engine/batch/batch.ts'
import type { Column } from '../engine/batch/columns.ts'
import type { Schema } from '../engine/batch/schema.ts'
import type { Tick } from '../engine/batch/tick.ts'
import type { Stream } from '../engine/graph/build.ts'
import { combine } from '../engine/graph/operator.ts'
import type { Lineage } from '../engine/lineage.ts'
import type { KeySpace } from '../engine/state/keys/key-space.ts'
import type { RunningStep, StepContext } from '../engine/step.ts'
import { joinKeys } from './join/join-key.ts'
import { tableJoinLineage } from './join/lineage.ts'
import { TableJoinState } from './join/table-join-state.ts'
import type { Columns, Joined } from './join/taken-columns.ts'
import { columnsToTake, resultSchema } from './join/taken-columns.ts'
import { VersionTable } from './join/version-table.ts'
import { WaitingRows } from './join/waiting-rows.ts'

/** The key: columns of one name in both, or one by one. */
export type TableKey<T, R> =
  | (keyof T & keyof R & string)
  | readonly (keyof T & keyof R & string)[]
  | { readonly stream: keyof T & string; readonly table: keyof R & string }

export interface TableJoinOptions<B, X, Y> {
  readonly by: B
  /** The columns of the table that rows get: all but its key, unless said otherwise. */
  readonly take?: X
  /** What becomes of a row whose key the table does not have: dropped (inner), or passed on with nulls (left). */
  readonly type?: Y
}

/**
 * Looks each row's key up in a table, as the table was at the row's event time. Rows wait until the table
 * has been read that far; one that has been read to its end keeps nobody waiting.
 */
export function tableJoin<
  T,
  R,
  const B extends TableKey<T, R>,
  const X extends Columns<R> | undefined = undefined,
  const Y extends 'inner' | 'left' = 'inner',
>(
  id: string,
  stream: Stream<T>,
  table: Stream<R>,
  options: TableJoinOptions<B, X, Y>,
): Stream<Joined<T, R, B, X, Y>> {
  const start = (schemas: readonly Schema[], context: StepContext<unknown, unknown>) =>
    new TableJoin(schemas, options as LooseOptions, context)
  const made = combine<unknown, unknown>({ kind: 'tableJoin', id, start }, [stream, table])
  return made as Stream<Joined<T, R, B, X, Y>>
}

type LooseOptions = TableJoinOptions<
  string | readonly string[] | { readonly stream: string; readonly table: string },
  readonly string[] | Readonly<Record<string, string>> | undefined,
  'inner' | 'left'
>

/** The stream is input 0. */
const TABLE = 1

class TableJoin implements RunningStep<unknown, unknown> {
  readonly schema: Schema
  readonly lineage: Lineage
  readonly state: TableJoinState
  private readonly context: StepContext<unknown, unknown>
  private readonly keys: KeySpace
  private readonly versions: VersionTable
  private readonly waiting: WaitingRows<unknown>
  private readonly left: boolean
  private readonly streamColumns: number
  /** What the tick has brought of the stream. */
  private arrived: Batch[] = []

  constructor(schemas: readonly Schema[], options: LooseOptions, context: StepContext<unknown, unknown>) {
    const { by, type = 'inner' } = options
    const [stream, table] = schemas
    const { id } = context
    const named = typeof by === 'object' && 'stream' in by ? by : { stream: by, table: by }
    const spaces = joinKeys(id, schemas, named.stream, named.table)
    const taken = columnsToTake(id, stream, table, spaces.right.names, options.take)
    this.context = context
    this.left = type === 'left'
    this.schema = resultSchema(stream, table, taken, this.left)
    this.lineage = tableJoinLineage(spaces, stream.names)
    this.streamColumns = stream.names.length
    this.keys = spaces.left
    this.versions = new VersionTable(
      spaces.right,
      table,
      taken.map(([, from]) => from),
    )
    this.waiting = new WaitingRows(stream, id)
    this.state = new TableJoinState(id, spaces.right.signature, this.versions, this.waiting)
  }

  push(batch: Batch, input: number): void {
    if (input === TABLE) this.versions.insert(batch)
    else this.arrived.push(batch)
  }

  advance(tick: Tick): void {
    // A row to come is not before the watermark; a window's result lies a millisecond before its end. What
    // the last tick emitted still pointed to versions: so this is done now and not at its end.
    this.versions.sweep(Math.ceil(tick.before) - 1)
    const reached = this.context.reached(tick, TABLE)
    const ready = this.waiting.take(reached, tick)
    if (ready !== null) this.join(ready, reached)
    for (const batch of this.arrived.splice(0)) this.join(batch, reached)
  }

  deadline(): number {
    return this.waiting.earliest + 1
  }

  close(): void {
    this.state.release()
  }

  /** Sorts out late rows and those that have to wait, and emits the others with what the table has for them. */
  private join(batch: Batch, reached: number): void {
    const { arena, rows, time, watermark } = batch
    const versions = arena.i32(rows)
    this.versions.find(this.keys.keysOf(batch), time, rows, versions)
    const kept = arena.i32(rows)
    const late = arena.i32(rows)
    const waiting = arena.i32(rows)
    let keptCount = 0
    let lateCount = 0
    let waitingCount = 0
    for (let row = 0; row < rows; row++) {
      if (time[row] < watermark[row]) late[lateCount++] = row
      else if (time[row] >= reached) waiting[waitingCount++] = row
      else if (versions[row] >= 0 || this.left) {
        versions[keptCount] = versions[row]
        kept[keptCount++] = row
      }
    }
    if (lateCount > 0) this.context.late(batch.pick(late, lateCount))
    if (waitingCount > 0) this.waiting.add(batch, waiting, waitingCount)
    if (keptCount > 0) this.emit(keptCount === rows ? batch : batch.pick(kept, keptCount), versions)
  }

  private emit(batch: Batch, versions: Int32Array): void {
    const { streamColumns, left } = this
    const { rows } = this.versions
    const column = (index: number): Column =>
      index < streamColumns
        ? batch.column(index)
        : rows.take(index - streamColumns, versions, batch.rows, batch.arena, left)
    this.context.emit(batch.withColumns(this.schema, { column }))
  }
}
