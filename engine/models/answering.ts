import type { Column } from '../batch/columns.ts'
import { HeadraceError, messageOf } from '../errors.ts'
import { limits } from '../limits.ts'
import type { Clock } from '../time/clock.ts'
import { Breaker } from './breaker.ts'
import { Fallback } from './fallback.ts'
import type { Model } from './model.ts'
import type { ModelRuns } from './model-runs.ts'
import type { OutputColumn } from './output-columns.ts'
import type { ScorerOptions, ScorerPlace } from './scorer-options.ts'

export interface AnsweringParts {
  readonly model: Model
  readonly options: ScorerOptions
  readonly place: ScorerPlace
  readonly clock: Clock
  /** Told when runs begin to fail, and when they succeed again. */
  readonly notify: ((message: string) => void) | undefined
}

const FIRST_PAUSE_MS = 10

/** Gets answers out of a version, or out of the fallback where it fails; without one it is tried again, then an error. */
export class Answering {
  failures = 0
  /** Rows that the fallback has answered. */
  fallbacks = 0
  tookMs = 0
  private readonly parts: AnsweringParts
  private readonly breaker: Breaker
  private readonly fallback: Fallback | null
  private readonly ended = new AbortController()
  private isFailing = false

  constructor(parts: AnsweringParts) {
    const { options, model } = parts
    this.parts = parts
    this.breaker = new Breaker(options.breaker)
    this.fallback = options.fallback && new Fallback(model.outputs, options.fallback)
  }

  get isOpen(): boolean {
    return this.fallback !== null && this.breaker.isOpen(this.parts.clock.now())
  }

  /** Answers all rows, in pieces of the size that the version likes, and says for each who has answered. */
  async answer(
    runs: ModelRuns,
    inputs: readonly Column[],
    rows: number,
    answers: readonly OutputColumn[],
    versions: Int32Array,
  ): Promise<void> {
    const { version, batchRows } = runs.model
    for (let from = 0; from < rows; from += batchRows) {
      const to = Math.min(rows, from + batchRows)
      const isAnswered = await this.piece(runs, inputs, answers, from, to - from)
      versions.fill(isAnswered ? version : 0, from, to)
    }
  }

  close(): void {
    this.ended.abort()
  }

  /** False: the fallback has answered. */
  private async piece(
    runs: ModelRuns,
    inputs: readonly Column[],
    answers: readonly OutputColumn[],
    from: number,
    rows: number,
  ): Promise<boolean> {
    const { fallback } = this
    const { clock, options } = this.parts
    for (let attempt = 1; !this.isOpen; attempt++) {
      const failure = await this.attempt(runs, inputs, answers, from, rows)
      if (failure === undefined) return true
      if (fallback !== null) break
      if (attempt >= options.breaker.failures || this.ended.signal.aborted) throw this.error(attempt, failure)
      await clock.wait(Math.min(limits.modelPauseMs, FIRST_PAUSE_MS * 2 ** attempt), this.ended.signal)
    }
    fallback?.fill(answers, from, rows)
    this.fallbacks += rows
    return false
  }

  /** Why there is no answer; undefined where there is one. */
  private async attempt(
    runs: ModelRuns,
    inputs: readonly Column[],
    answers: readonly OutputColumn[],
    from: number,
    rows: number,
  ): Promise<unknown> {
    const { clock, options } = this.parts
    const { timeoutMs } = options
    // Where rows can be answered otherwise, nobody waits for a run that was given up already.
    if (this.fallback !== null && runs.isStuck) return this.failed(tooLong(timeoutMs))
    const began = clock.now()
    let failure: unknown
    let isDone = false
    try {
      isDone = await runs.run(inputs, answers, from, rows)
    } catch (error) {
      failure = error
    }
    const took = clock.now() - began
    this.tookMs += took
    if (isDone && took <= timeoutMs) return this.succeeded()
    this.failed(failure ?? tooLong(timeoutMs))
    // A runtime that blocks the thread is noticed to be late when it has an answer.
    return isDone ? undefined : (failure ?? tooLong(timeoutMs))
  }

  private succeeded(): undefined {
    this.breaker.succeeded()
    if (!this.isFailing) return
    this.isFailing = false
    this.parts.notify?.(`${this.what} works again`)
  }

  private failed(failure: unknown): unknown {
    this.failures++
    this.breaker.failed(this.parts.clock.now())
    if (!this.isFailing) {
      const instead = this.fallback === null ? 'is tried again' : 'the fallback answers'
      this.parts.notify?.(`${this.what} fails, ${instead}: ${messageOf(failure)}`)
    }
    this.isFailing = true
    return failure
  }

  private error(attempts: number, cause: unknown): HeadraceError {
    const message = `${this.what} has failed ${attempts} times in a row: ${messageOf(cause)}`
    return new HeadraceError('HR_MODEL_FAILED', message, { ...this.parts.place, cause })
  }

  private get what(): string {
    return `scoring of "${this.parts.place.step}" with model "${this.parts.model.name}"`
  }
}

function tooLong(timeoutMs: number): Error {
  return new Error(`a run takes longer than ${timeoutMs} ms`)
}
