import type { Batch } from '../batch/batch.ts'
import { emptyBatch } from '../batch/empty.ts'
import { Misfit } from '../batch/misfit.ts'
import type { Schema } from '../batch/schema.ts'
import type { Tick } from '../batch/tick.ts'
import { readRow } from '../batch/values.ts'
import type { ErrorCode } from '../error-codes.ts'
import { HeadraceError, messageOf } from '../errors.ts'
import { Rejected } from '../io/rejects.ts'
import { limits } from '../limits.ts'
import type { Model } from '../models/model.ts'
import { Scorer } from '../models/scorer.ts'
import type { ScorerOptions } from '../models/scorer-options.ts'
import type { RowFailures, StepContext } from '../step.ts'
import type { LookupSpec } from '../stores/hash.ts'
import type { LookupOptions } from '../stores/step-lookup.ts'
import { StepLookup } from '../stores/step-lookup.ts'
import type { Build } from './build.ts'
import { lateSide } from './build.ts'
import type { StepWatch } from './watch.ts'

/** What a step has seen, since the job first ran: part of the checkpoint. */
export class StepCounters {
  in = 0
  out = 0
  late = 0
  rejected = 0
  /** Late rows by the start of the window that they missed: the newest windows. */
  lateByWindow = new Map<number, number>()

  countLate(windowStart: number): void {
    this.lateByWindow.set(windowStart, (this.lateByWindow.get(windowStart) ?? 0) + 1)
    if (this.lateByWindow.size <= limits.lateWindows) return
    this.lateByWindow.delete(Math.min(...this.lateByWindow.keys()))
  }
}

export class LiveContext implements StepContext<unknown, unknown> {
  readonly id: string
  readonly counters = new StepCounters()
  wantsTimeOfDay = false
  /** Of a sink: the newest event time that it has given to a feature view, by the view's name. */
  newest: readonly [view: string, time: number] | undefined
  watch: StepWatch | undefined
  /** What each input of the step reads. */
  readonly reads: ReadonlySet<string>[] = []
  private readonly inputs: (readonly string[] | null)[] = []
  private readonly build: Build
  private readonly send: (batch: Batch) => void

  constructor(id: string, build: Build, send: (batch: Batch) => void) {
    this.id = id
    this.build = build
    this.send = send
  }

  useTimeOfDay(): void {
    this.wantsTimeOfDay = true
  }

  /** Passes the empty batch on that tells the output's schema. */
  prime(batch: Batch): void {
    this.send(batch)
  }

  /** The schemas are known: the side streams get theirs. */
  started(schemas: readonly Schema[], tick: Tick): void {
    schemas.forEach((schema, input) => {
      this.build.sides.get(lateSide(this.id, input))?.next(emptyBatch(schema, tick))
    })
    this.build.sides.get(`rejected:${this.id}`)?.next(emptyBatch(Rejected as Schema, tick))
  }

  emit(batch: Batch): void {
    if (batch.rows === 0) return
    this.counters.out += batch.rows
    this.watch?.gave?.(batch)
    this.send(batch)
  }

  used(windowStart: number, rows: number): void {
    this.watch?.used?.(windowStart, rows)
  }

  late(batch: Batch, windowStart?: (row: number) => number, input = 0): void {
    if (batch.rows === 0) return
    this.counters.late += batch.rows
    this.watch?.late?.(batch, input)
    if (windowStart) for (let row = 0; row < batch.rows; row++) this.counters.countLate(windowStart(row))
    this.build.sides.get(lateSide(this.id, input))?.next(batch)
  }

  reached(tick: Tick, input: number): number {
    if (this.inputs[input] === undefined) this.inputs[input] = this.build.inputsBehind(this.reads[input])
    const sources = this.inputs[input]
    if (sources === null) return tick.after
    let least = Number.POSITIVE_INFINITY
    for (const id of sources) {
      const progress = tick.progress.get(id)
      if (progress !== undefined && !progress.idle) least = Math.min(least, progress.watermark)
    }
    return least
  }

  lookup(spec: LookupSpec, options: LookupOptions): StepLookup {
    const { job, services, clock } = this.build
    const lookup = new StepLookup(spec, options, { job, step: this.id }, services.stores, clock)
    this.build.lookups.push(lookup)
    return lookup
  }

  scorer(model: Model, options: ScorerOptions): Scorer {
    const { job, services, clock } = this.build
    const scorer = new Scorer(model, options, { job, step: this.id }, services.models, clock)
    this.build.scorers.push(scorer)
    return scorer
  }

  reject(batch: Batch, row: number, code: ErrorCode, message: string): void {
    this.counters.rejected++
    this.watch?.rejected?.(batch, row)
    const at = batch.causeOf(row)
    const { tick, isRecord } = batch
    const record = { at, row: at, time: tick.recordTime[at], step: this.id, code, message }
    const computed = () => ({ row: tick.rows, time: batch.time[row], value: rowAsText(batch, row) })
    this.build.rejects.push(isRecord ? record : { ...record, ...computed() })
  }

  failed(batch: Batch): RowFailures {
    return new Failures(this, this.build, batch)
  }
}

const encoder = new TextEncoder()

function rowAsText(batch: Batch, row: number): Uint8Array {
  const plain = (_: string, value: unknown) =>
    typeof value === 'bigint' || (typeof value === 'number' && !Number.isFinite(value))
      ? String(value)
      : ArrayBuffer.isView(value)
        ? [...(value as Uint8Array)]
        : value
  return encoder.encode(JSON.stringify(readRow(batch, row), plain))
}

class Failures implements RowFailures {
  readonly note: (row: number, error: unknown) => void
  private readonly rows: number[] = []

  constructor(context: LiveContext, build: Build, batch: Batch) {
    this.note = (row, error) => {
      if (this.rows.includes(row)) return
      if (build.onError === 'fail') throw lambdaError(build, context.id, batch, row, error)
      this.rows.push(row)
      context.reject(batch, row, codeOf(error), textOf(error))
    }
  }

  get count(): number {
    return this.rows.length
  }

  without<B extends Batch>(batch: B): B {
    if (this.rows.length === 0) return batch
    const gone = new Set(this.rows)
    const kept = batch.arena.i32(batch.rows)
    let count = 0
    for (let row = 0; row < batch.rows; row++) if (!gone.has(row)) kept[count++] = row
    return batch.pick(kept, count) as B
  }
}

function codeOf(error: unknown): ErrorCode {
  if (error instanceof HeadraceError) return error.code
  return error instanceof Misfit ? 'HR_VALUE_UNENCODABLE' : 'HR_LAMBDA_THREW'
}

function textOf(error: unknown): string {
  return error instanceof HeadraceError ? error.what : messageOf(error)
}

function lambdaError(build: Build, step: string, batch: Batch, row: number, error: unknown): HeadraceError {
  const { tick } = batch
  const cause = batch.causeOf(row)
  const code = codeOf(error)
  const text = code === 'HR_LAMBDA_THREW' ? `the step's function threw: ${messageOf(error)}` : textOf(error)
  return new HeadraceError(code, text, {
    cause: error,
    job: build.job,
    step,
    ...(cause < tick.rows && {
      topic: tick.topic,
      partition: tick.partition,
      offset: tick.offset[cause] as number,
    }),
  })
}
