import type { OperatorFunction } from 'rxjs'
import type { Batch } from '../engine/batch/batch.ts'
import type { Schema } from '../engine/batch/schema.ts'
import type { Tick } from '../engine/batch/tick.ts'
import { operator } from '../engine/graph/operator.ts'
import { limits } from '../engine/limits.ts'
import type { Lineage } from '../engine/lineage.ts'
import type { CountedBy, RunningStep, StepContext } from '../engine/step.ts'
import { DriftState } from './drift/drift-state.ts'
import { DriftWatch } from './drift/drift-watch.ts'
import { driftLineage } from './drift/lineage.ts'
import type { DriftOptions, DriftSettings } from './drift/options.ts'
import { driftSettings } from './drift/options.ts'
import type { Reference } from './drift/reference.ts'
import { ReferenceSample } from './drift/reference-sample.ts'
import type { DriftStatistic } from './drift/statistics.ts'
import { statisticSchema, statisticsBatch } from './drift/statistics.ts'
import type { Stretch } from './drift/stretches.ts'
import type { ResultMark } from './window/results.ts'
import { closing } from './window/results.ts'

/** Compares stretches of a stream with what it looked like when all was well: a row for each field and test. */
export function drift<T>(
  id: string,
  options: DriftOptions<T>,
): OperatorFunction<Batch<T>, Batch<DriftStatistic>> {
  const settings = driftSettings(id, options as never)
  return operator<T, DriftStatistic>({
    kind: 'drift',
    id,
    start: ([schema], context) => new Drift(schema as Schema, settings, context as never) as never,
  })
}

/** One task's: sketches and changes are of the rows that it sees. */
export class Drift implements RunningStep<unknown, unknown> {
  readonly schema: Schema
  readonly lineage: Lineage
  readonly state: DriftState
  readonly settings: DriftSettings
  sample: ReferenceSample | null = null
  watch: DriftWatch | null = null
  private readonly stream: Schema
  readonly counted: CountedBy = { lengthMs: limits.auditStretchMs, by: 'time' }
  private readonly context: StepContext<unknown, unknown>

  constructor(stream: Schema, settings: DriftSettings, context: StepContext<unknown, unknown>) {
    this.stream = stream
    this.settings = settings
    this.context = context
    this.lineage = driftLineage(settings)
    this.schema = statisticSchema(context.id)
    this.state = new DriftState(context.id, settings, this)
    if (settings.reference === null) this.sample = new ReferenceSample(stream, settings.fields, context.id)
    else this.compareTo(settings.reference)
  }

  compareTo(reference: Reference): void {
    this.watch = new DriftWatch(this.context.id, this.stream, this.settings, reference)
    this.sample = null
  }

  push(batch: Batch): void {
    const from = this.sample === null ? 0 : this.gather(batch, this.sample)
    const { watch } = this
    if (watch === null || from === batch.rows) return
    for (const field of watch.fields) field.prepare(batch)
    if (this.settings.every.unit === 'rows') this.fill(batch, from, watch)
    else this.add(batch, from, watch)
  }

  advance(tick: Tick): void {
    const { watch } = this
    if (watch === null || this.settings.every.unit === 'rows') return
    for (const stretch of [...watch.stretches.open]) {
      if (stretch.end > tick.after) return
      this.finish(watch, stretch, closing(tick, stretch.end, false))
    }
  }

  deadline(): number {
    const { unit } = this.settings.every
    return unit === 'rows'
      ? Number.POSITIVE_INFINITY
      : (this.watch?.stretches.open[0]?.end ?? Number.POSITIVE_INFINITY)
  }

  close(): void {
    this.watch?.release()
  }

  /** Takes rows for the reference, until there are enough; gives the first row that is not among them. */
  private gather(batch: Batch, sample: ReferenceSample): number {
    const taken = Math.min(batch.rows, this.settings.first - sample.rows)
    sample.take(batch, taken)
    if (sample.rows === this.settings.first) {
      this.compareTo(sample.reference())
      if (this.watch !== null) this.watch.seen = sample.rows
    }
    return taken
  }

  /** Into stretches of event time. */
  private add(batch: Batch, first: number, watch: DriftWatch): void {
    const { time, watermark, rows } = batch
    const late = batch.arena.i32(rows)
    let lateCount = 0
    let from = first
    const { size } = this.settings.every
    while (from < rows) {
      const start = Math.floor(time[from] / size) * size
      const end = start + size
      if (end <= watermark[from]) {
        late[lateCount++] = from++
        continue
      }
      let to = from + 1
      while (to < rows && time[to] >= start && time[to] < end && watermark[to] < end) to++
      this.count(batch, watch, watch.stretches.at(start), from, to)
      from = to
    }
    const startOf = (nth: number) => Math.floor(time[late[nth]] / size) * size
    if (lateCount > 0) this.context.late(batch.pick(late, lateCount), startOf)
  }

  /** Into stretches of so many rows. */
  private fill(batch: Batch, first: number, watch: DriftWatch): void {
    const { time, watermark, rows, tick } = batch
    const { size } = this.settings.every
    let from = first
    while (from < rows) {
      const stretch = watch.stretches.filling()
      const to = Math.min(rows, from + size - stretch.rows)
      if (stretch.rows === 0) stretch.start = time[from]
      // Not of the latest row: stretches of rows that come out of order would end at one time.
      stretch.end = time[to - 1] + 1
      this.count(batch, watch, stretch, from, to)
      from = to
      if (stretch.rows < size) continue
      const at = batch.causeOf(to - 1)
      this.finish(watch, stretch, { tick, at, watermark: watermark[to - 1], final: null })
    }
  }

  private count(batch: Batch, watch: DriftWatch, stretch: Stretch, from: number, to: number): void {
    const run = { from, to, number: watch.seen, time: batch.time }
    for (const [nth, field] of watch.fields.entries()) field.add(stretch.parts[nth], run)
    stretch.rows += to - from
    watch.seen += to - from
  }

  private finish(watch: DriftWatch, stretch: Stretch, mark: ResultMark): void {
    const { fields, reference } = watch
    this.context.emit(statisticsBatch(this.schema, mark, stretch, fields, reference.version))
    watch.stretches.drop(stretch)
  }
}
