import type { BatchArena } from '../batch/arena.ts'
import type { Column } from '../batch/columns.ts'
import { gather } from '../batch/columns.ts'
import { HeadraceError, messageOf } from '../errors.ts'
import { limits } from '../limits.ts'
import type { Clock } from '../time/clock.ts'
import { Answering } from './answering.ts'
import type { Model } from './model.ts'
import type { ModelHome } from './model-home.ts'
import { ModelPlace } from './model-place.ts'
import type { ModelRuns } from './model-runs.ts'
import type { OutputColumn } from './output-columns.ts'
import { asColumn, copyRow, newOutputs } from './output-columns.ts'
import { OutputRoom } from './output-room.ts'
import { inputKeys, ScoreCache } from './score-cache.ts'
import type { ScorerFigures } from './scorer-figures.ts'
import type { ScorerOptions, ScorerPlace } from './scorer-options.ts'
import { checkScorerOptions } from './scorer-options.ts'
import { Shadow } from './shadow.ts'
import { Watchdog } from './watchdog.ts'

/** The answers to the rows of one call, valid until the next one. */
export interface Scores {
  /** In the order of the model's outputs. */
  readonly outputs: readonly Column[]
  /** Which version has answered each row; 0: the fallback has. */
  readonly versions: Int32Array
}

/**
 * Scores rows with whatever version of a model serves. One call at a time; one version answers all rows of a call, and
 * the next one takes over between two calls.
 */
export class Scorer {
  private readonly model: Model
  private readonly options: ScorerOptions
  private readonly place: ScorerPlace
  private readonly home: ModelHome | undefined
  private readonly clock: Clock
  private readonly watchdog: Watchdog
  private readonly answering: Answering
  private readonly cache: ScoreCache | null
  private readonly room: OutputRoom
  private readonly closed = new AbortController()
  private serving: ModelPlace | undefined
  private beside: ModelPlace | undefined
  private shadow: Shadow | undefined
  private calls = 0
  private rows = 0
  private remembered = 0

  static async open(
    model: Model,
    options: ScorerOptions,
    place: ScorerPlace,
    home: ModelHome | undefined,
    clock: Clock,
  ): Promise<Scorer> {
    const scorer = new Scorer(model, options, place, home, clock)
    await scorer.open()
    return scorer
  }

  /** To be opened. */
  constructor(
    model: Model,
    options: ScorerOptions,
    place: ScorerPlace,
    home: ModelHome | undefined,
    clock: Clock,
  ) {
    checkScorerOptions(model, options, place)
    this.model = model
    this.options = options
    this.place = place
    this.home = home
    this.clock = clock
    this.watchdog = new Watchdog(clock, options.timeoutMs)
    this.answering = new Answering({ model, options, place, clock, notify: home?.notify?.bind(home) })
    this.room = new OutputRoom(model.outputs)
    this.cache = options.cache && new ScoreCache(model.outputs, options.cache)
  }

  /** Before the first record, so that a deployment without the model says so at once. */
  async open(): Promise<void> {
    const { home, model, watchdog, options, clock } = this
    if (home === undefined) {
      throw new HeadraceError('HR_MODEL_MISSING', `there is no place for model "${model.name}"`, this.place)
    }
    const { version, shadow, revision } = await home.serving(model.name)
    this.serving = new ModelPlace({ home, model, watchdog, role: 'serving one' })
    await this.serving.fill(version, revision)
    if (options.shadow !== null) {
      this.beside = new ModelPlace({ home, model, watchdog, role: 'shadow' })
      this.shadow = new Shadow(model, this.beside, options, clock)
      await this.beside.want(shadow, revision)
    }
    void this.follow(home)
  }

  /** Scores the rows of columns that are in the order of the model's inputs and have no nulls. */
  async score(inputs: readonly Column[], rows: number, arena: BatchArena): Promise<Scores> {
    if (this.serving?.take()) this.cache?.clear()
    if (this.beside?.take()) this.shadow?.forget()
    const runs = this.serving?.current
    if (!runs) throw new HeadraceError('HR_INTERNAL', 'a scorer is not open', this.place)
    const versions = arena.i32(rows)
    const answers = this.room.take(rows)
    if (this.cache === null) await this.answering.answer(runs, inputs, rows, answers, versions)
    else await this.answerNew(this.cache, runs, inputs, rows, answers, versions, arena)
    if (runs.isStuck) this.room.leave()
    await this.shadow?.score(inputs, rows, answers, versions)
    this.calls++
    this.rows += rows
    return { outputs: answers.map(answer => asColumn(answer, arena)), versions }
  }

  /** Rows that the caller has answered with the fallback: they lacked an input. */
  countFallbacks(rows: number): void {
    this.answering.fallbacks += rows
  }

  get step(): string {
    return this.place.step
  }

  get figures(): ScorerFigures {
    const { serving, beside, answering, calls, rows, remembered } = this
    return {
      model: this.model.name,
      version: serving?.current?.model.version ?? 0,
      batchRows: serving?.current?.model.batchRows ?? 1,
      calls,
      rows,
      remembered,
      seconds: answering.tookMs / 1000,
      failures: answering.failures,
      fallbacks: answering.fallbacks,
      swaps: serving?.swaps ?? 0,
      refused: (serving?.refused ?? 0) + (beside?.refused ?? 0),
      breaker: answering.isOpen ? 'open' : 'closed',
      shadow: this.shadow?.figures ?? null,
    }
  }

  /** After the last call. */
  close(): void {
    if (this.closed.signal.aborted) return
    this.closed.abort()
    this.watchdog.close()
    this.answering.close()
    this.cache?.close()
    void this.serving?.close()
    void this.beside?.close()
  }

  /** Scores only what is not remembered. */
  private async answerNew(
    cache: ScoreCache,
    runs: ModelRuns,
    inputs: readonly Column[],
    rows: number,
    answers: readonly OutputColumn[],
    versions: Int32Array,
    arena: BatchArena,
  ): Promise<void> {
    const now = this.clock.now()
    const keys = inputKeys(inputs, rows, arena)
    const unknown = arena.i32(rows)
    const count = cache.find(keys, rows, now, answers, unknown)
    this.remembered += rows - count
    versions.fill(runs.model.version)
    const asked = inputs.map(column => gather(column, unknown, count, arena))
    const fresh = newOutputs(this.model.outputs, count)
    const freshVersions = arena.i32(count)
    await this.answering.answer(runs, asked, count, fresh, freshVersions)
    const slots = arena.i32(rows)
    for (let i = 0; i < count; i++) {
      const row = unknown[i]
      copyRow(fresh, i, answers, row)
      versions[row] = freshVersions[i]
      if (freshVersions[i] !== 0) cache.keep(keys, row, slots, answers, now)
    }
  }

  /** Looks now and then whether other versions are to be at work, and has them loaded while these go on. */
  private async follow(home: ModelHome): Promise<void> {
    const { model, clock, closed, serving, beside } = this
    let isLost = false
    for (;;) {
      await clock.wait(limits.modelPollMs, closed.signal)
      if (closed.signal.aborted) return
      try {
        const { version, shadow, revision } = await home.serving(model.name)
        isLost = false
        await serving?.want(version, revision)
        await beside?.want(shadow, revision)
      } catch (error) {
        if (!isLost)
          home.notify?.(`what serves as model "${model.name}" cannot be found out: ${messageOf(error)}`)
        isLost = true
      }
    }
  }
}
