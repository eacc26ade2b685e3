import type { Batch } from '../engine/batch/batch.ts'
import { inOrder } from '../engine/batch/cause-order.ts'
import type { Schema } from '../engine/batch/schema.ts'
import type { Tick } from '../engine/batch/tick.ts'
import type { Stream } from '../engine/graph/build.ts'
import { combine } from '../engine/graph/operator.ts'
import type { Lineage } from '../engine/lineage.ts'
import type { RunningStep, StepContext } from '../engine/step.ts'
import type { Duration } from '../engine/time/duration.ts'
import { durationMs } from '../engine/time/duration.ts'
import { joinKeys } from './join/join-key.ts'
import { JoinSide } from './join/join-side.ts'
import { JoinState } from './join/join-state.ts'
import { joinLineage } from './join/lineage.ts'
import { Pairs } from './join/pairs.ts'
import { RowKeys } from './join/row-keys.ts'
import type { Columns, Joined } from './join/taken-columns.ts'
import { columnsToTake, resultSchema } from './join/taken-columns.ts'

/** The key: columns of one name in both, or one by one. */
export type JoinKey<L, R> =
  | (keyof L & keyof R & string)
  | readonly (keyof L & keyof R & string)[]
  | { readonly left: keyof L & string; readonly right: keyof R & string }

export interface JoinOptions<B, X, Y> {
  readonly by: B
  /** How far a right row may lie before and after its left row in event time. */
  readonly within: { readonly before: Duration; readonly after: Duration }
  /** The columns of right rows that results get: all but the key, unless said otherwise. */
  readonly take?: X
  /** What becomes of a left row without a partner: dropped (inner), or passed on with nulls (left). */
  readonly type?: Y
}

/**
 * Pairs the rows of two streams that have the same key and lie near each other in event time. A pair comes
 * as soon as both rows are there, with the later of their times.
 */
export function join<
  L,
  R,
  const B extends JoinKey<L, R>,
  const X extends Columns<R> | undefined = undefined,
  const Y extends 'inner' | 'left' = 'inner',
>(
  id: string,
  left: Stream<L>,
  right: Stream<R>,
  options: JoinOptions<B, X, Y>,
): Stream<Joined<L, R, B, X, Y>> {
  const within = {
    before: durationMs(options.within.before, `before of "${id}"`),
    after: durationMs(options.within.after, `after of "${id}"`),
  }
  const start = (schemas: readonly Schema[], context: StepContext<unknown, unknown>) =>
    new Join(schemas, options as LooseOptions, within, context)
  const made = combine<unknown, unknown>({ kind: 'join', id, start }, [left, right])
  return made as Stream<Joined<L, R, B, X, Y>>
}

type LooseOptions = JoinOptions<
  string | readonly string[] | { readonly left: string; readonly right: string },
  readonly string[] | Readonly<Record<string, string>> | undefined,
  'inner' | 'left'
>

interface Within {
  readonly before: number
  readonly after: number
}

/** Rows of a tick, in the sides but not entered as yet. */
interface Arrived {
  readonly batch: Batch
  readonly input: number
  readonly slots: Int32Array
  readonly keys: Int32Array
}

const LEFT = 0
const NONE = -1

class Join implements RunningStep<unknown, unknown> {
  readonly schema: Schema
  readonly lineage: Lineage
  readonly state: JoinState
  private readonly context: StepContext<unknown, unknown>
  private readonly within: Within
  private readonly isLeft: boolean
  private readonly keys: RowKeys
  private readonly left: JoinSide
  private readonly right: JoinSide
  private readonly pairs: Pairs
  private readonly pushed: Batch[][] = [[], []]

  constructor(
    schemas: readonly Schema[],
    options: LooseOptions,
    within: Within,
    context: StepContext<unknown, unknown>,
  ) {
    const { by, type = 'inner' } = options
    const [left, right] = schemas
    const { id } = context
    const named = typeof by === 'object' && 'left' in by ? by : { left: by, right: by }
    const spaces = joinKeys(id, schemas, named.left, named.right)
    const taken = columnsToTake(id, left, right, spaces.right.names, options.take)
    const rightColumns = taken.map(([, from]) => from)
    this.context = context
    this.within = within
    this.isLeft = type === 'left'
    this.schema = resultSchema(left, right, taken, this.isLeft)
    this.lineage = joinLineage(spaces, left.names, taken, within)
    this.keys = new RowKeys(spaces.left, id)
    this.left = new JoinSide(left, left.names, spaces.left, this.keys, within.after)
    this.right = new JoinSide(right, rightColumns, spaces.right, this.keys, within.before)
    const emit = (batch: Batch) => context.emit(batch)
    this.pairs = new Pairs(this.schema, this.left, this.right, left.names.length, this.isLeft, emit)
    const shape = { key: spaces.left.signature, options: { ...within, type } }
    this.state = new JoinState(id, shape, this.keys, this.left, this.right)
  }

  push(batch: Batch, input: number): void {
    this.pushed[input].push(batch)
  }

  advance(tick: Tick): void {
    const { left, right } = this
    left.settle()
    right.settle()
    // Only a restore leaves rows that had passed: what was to be said of them has been said.
    left.passAll(tick.before)
    right.passAll(tick.before)
    left.settle()
    right.settle()
    this.pairs.begin(tick)
    this.enterAll(tick)
    this.passLeft(tick, tick.rows)
    this.pairs.flush()
    right.passAll(tick.after)
  }

  deadline(): number {
    return this.isLeft ? this.left.due : Number.POSITIVE_INFINITY
  }

  close(): void {
    this.state.release()
  }

  /** Lets the rows in by the order of their causes, each to find the partners that came before it. */
  private enterAll(tick: Tick): void {
    const arrived = this.pushed.flatMap((batches, input) =>
      batches.splice(0).map(batch => this.inTime(batch, input)),
    )
    if (arrived.length === 0) return
    this.left.growKeys()
    this.right.growKeys()
    const { places, at } = inOrder(
      arrived.map(({ batch }) => batch),
      tick,
    )
    for (let i = 0; i < places.count; i++) {
      const { input, slots, keys } = arrived[places.parts[i]]
      const slot = slots[places.rows[i]]
      const key = keys[places.rows[i]]
      this.passLeft(tick, at[i] - 1)
      const side = input === LEFT ? this.left : this.right
      side.enter(slot, key)
      this.keys.check(key)
      if (input === LEFT) this.findRight(slot, key, at[i])
      else this.findLeft(slot, key, at[i])
    }
  }

  /** Sorts out late rows, and copies the others. */
  private inTime(batch: Batch, input: number): Arrived {
    const { rows, time, watermark, arena } = batch
    const late = arena.i32(rows)
    const kept = arena.i32(rows)
    let lateCount = 0
    let count = 0
    for (let row = 0; row < rows; row++) {
      if (time[row] < watermark[row]) late[lateCount++] = row
      else kept[count++] = row
    }
    if (lateCount > 0) this.context.late(batch.pick(late, lateCount), undefined, input)
    const good = lateCount > 0 ? batch.pick(kept, count) : batch
    return { batch: good, input, ...(input === LEFT ? this.left : this.right).add(good) }
  }

  private findRight(slot: number, key: number, at: number): void {
    const { left, right, within } = this
    const time = left.time[slot]
    for (let other = right.first[key]; other !== NONE; other = right.next[other]) {
      const distance = right.time[other] - time
      if (distance >= -within.before && distance <= within.after) this.pair(slot, other, at)
    }
  }

  private findLeft(slot: number, key: number, at: number): void {
    const { left, right, within } = this
    const time = right.time[slot]
    for (let other = left.first[key]; other !== NONE; other = left.next[other]) {
      const distance = time - left.time[other]
      if (distance >= -within.before && distance <= within.after) this.pair(other, slot, at)
    }
  }

  private pair(left: number, right: number, at: number): void {
    const { time, watermark } = this.left
    const other = this.right
    this.left.match(left)
    this.pairs.add(
      left,
      right,
      at,
      Math.max(time[left], other.time[right]),
      Math.max(watermark[left], other.watermark[right]),
    )
  }

  /** Gives up the left rows that the watermark has passed at the tick's row `at` or before. */
  private passLeft(tick: Tick, at: number): void {
    const { left } = this
    for (let { due } = left; due <= tick.after; due = left.due) {
      const passedAt = tick.passedAt(due)
      if (passedAt > at) return
      const slot = left.pass()
      // As with a window: it belongs to the last millisecond before, and nothing downstream has closed that.
      if (this.isLeft && left.matched[slot] === 0) this.pairs.add(slot, NONE, passedAt, due - 1, due - 1)
    }
  }
}
