import type { Column } from '../batch/columns.ts'
import type { Clock } from '../time/clock.ts'
import { Breaker } from './breaker.ts'
import type { Model } from './model.ts'
import type { ModelPlace } from './model-place.ts'
import type { OutputColumn } from './output-columns.ts'
import { OutputRoom } from './output-room.ts'
import type { Difference, ShadowFigures } from './scorer-figures.ts'
import type { ScorerOptions } from './scorer-options.ts'

/** What was seen of one output. */
class OutputDifferences {
  private values = 0
  private sum = 0
  private max = 0
  private rows = 0
  private rowsBeyond = 0
  private readonly tolerance: number

  constructor(tolerance: number) {
    this.tolerance = tolerance
  }

  get figures(): Difference {
    const { values, sum, max, rows, rowsBeyond } = this
    return { mean: sum / Math.max(1, values), max, beyond: rowsBeyond / Math.max(1, rows) }
  }

  /** Compares the rows that the serving version has answered. */
  add(one: OutputColumn, other: OutputColumn, versions: Int32Array, from: number, to: number): void {
    const size = one.layout === 'vector' ? one.size : 1
    for (let row = from; row < to; row++) {
      if (versions[row] === 0) continue
      let isBeyond = false
      for (let at = row * size; at < (row + 1) * size; at++) {
        const difference = differenceOf(one.values[at], other.values[at])
        if (!(difference <= this.tolerance)) isBeyond = true
        if (!(difference < Number.POSITIVE_INFINITY)) continue
        this.sum += difference
        if (difference > this.max) this.max = difference
      }
      this.values += size
      this.rows++
      if (isBeyond) this.rowsBeyond++
    }
  }
}

/** Of texts 0 or 1; no number where only one of them is one. */
function differenceOf(one: number | string, other: number | string): number {
  if (Object.is(one, other)) return 0
  if (typeof one === 'string' || typeof other === 'string') return 1
  return one === other ? 0 : Math.abs(one - other)
}

/** A version that scores the same rows beside the serving one. Whatever becomes of it, the rows are not touched. */
export class Shadow {
  private readonly model: Model
  private readonly place: ModelPlace
  private readonly clock: Clock
  private readonly tolerance: number
  private readonly breaker: Breaker
  private readonly room: OutputRoom
  private differences: readonly OutputDifferences[] = []
  private rows = 0
  private failures = 0

  constructor(model: Model, place: ModelPlace, options: ScorerOptions, clock: Clock) {
    this.model = model
    this.place = place
    this.clock = clock
    this.tolerance = options.shadow?.tolerance ?? 0
    this.breaker = new Breaker(options.breaker)
    this.room = new OutputRoom(model.outputs)
    this.forget()
  }

  get figures(): ShadowFigures | null {
    const { current } = this.place
    if (current === null) return null
    const names = Object.keys(this.model.outputs)
    return {
      version: current.model.version,
      rows: this.rows,
      failures: this.failures,
      differences: Object.fromEntries(names.map((name, index) => [name, this.differences[index].figures])),
    }
  }

  /** Another version is in its place: nothing is known of it. */
  forget(): void {
    this.differences = Object.keys(this.model.outputs).map(() => new OutputDifferences(this.tolerance))
    this.rows = 0
    this.failures = 0
    this.breaker.succeeded()
  }

  async score(
    inputs: readonly Column[],
    rows: number,
    answers: readonly OutputColumn[],
    versions: Int32Array,
  ): Promise<void> {
    const runs = this.place.current
    if (runs === null) return
    // A run of before that was given up may still write to what it was given.
    if (runs.isStuck) return
    const own = this.room.take(rows)
    const { batchRows } = runs.model
    for (let from = 0; from < rows; from += batchRows) {
      if (runs.isStuck || this.breaker.isOpen(this.clock.now())) return
      const to = Math.min(rows, from + batchRows)
      if (!(await this.succeeds(runs.run(inputs, own, from, to - from)))) {
        if (runs.isStuck) this.room.leave()
        continue
      }
      this.differences.forEach((seen, index) => {
        seen.add(answers[index], own[index], versions, from, to)
      })
      for (let row = from; row < to; row++) if (versions[row] !== 0) this.rows++
    }
  }

  private async succeeds(run: Promise<boolean>): Promise<boolean> {
    const succeeded = await run.catch(() => false)
    if (succeeded) this.breaker.succeeded()
    else {
      this.failures++
      this.breaker.failed(this.clock.now())
    }
    return succeeded
  }
}
