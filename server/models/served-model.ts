import { BatchArena } from '../../engine/batch/arena.ts'
import type { Field, Fields } from '../../engine/batch/schema.ts'
import { signature } from '../../engine/batch/schema.ts'
import { columnOfValues } from '../../engine/batch/value-columns.ts'
import { readValue } from '../../engine/batch/values.ts'
import type { Model } from '../../engine/models/model.ts'
import type { ModelHome, Serving } from '../../engine/models/model-home.ts'
import { Scorer } from '../../engine/models/scorer.ts'
import type { ScorerFigures } from '../../engine/models/scorer-figures.ts'
import type { ScorerOptions } from '../../engine/models/scorer-options.ts'
import { systemClock } from '../../engine/time/clock.ts'
import { InputReader } from './input-reader.ts'
import type { ModelCatalog } from './model-catalog.ts'
import type { Answered, InputValues } from './score-queue.ts'
import { ScoreQueue } from './score-queue.ts'

/** The answers to the rows of a batch. */
export interface BatchAnswers {
  /** A list for each output of the model. */
  readonly outputs: readonly (readonly unknown[])[]
  /** Which version has answered each row; 0: none could. */
  readonly versions: Int32Array
}

export interface ServingOptions {
  /** How long a request waits for others to go with, at most. */
  readonly batchWaitMs: number
  /** Rows that go together at most; as many as the model likes unless said otherwise. */
  readonly batchRows: number | undefined
  readonly scoring: Omit<ScorerOptions, 'fallback'>
}

export interface Watcher {
  readonly onBatch: (model: string, rows: number, waitedMs: number) => void
  /** The version that is to serve now has other inputs or outputs: told once each time that it is to. */
  readonly onOtherShape: (model: string, serving: Serving) => void
}

/** A model at work, with the inputs and outputs that it had when it was opened. */
export class ServedModel {
  readonly model: Model
  readonly reader: InputReader
  private readonly scorer: Scorer
  private readonly queue: ScoreQueue<BatchAnswers>
  private readonly arena = new BatchArena()
  /** Rows that the version which serves likes to have at a time. */
  private likedRows: number
  private requests = 0
  private unused: (() => void) | undefined

  static async open(
    catalog: ModelCatalog,
    name: string,
    options: ServingOptions,
    watcher: Watcher,
  ): Promise<ServedModel> {
    const serving = await catalog.serving(name)
    const model = await catalog.model(name, serving.version)
    const home = homeOfShape(catalog, model, serving, watcher)
    // What a caller wants where there is no answer is its own business: here such rows are told from others.
    const scoring = { ...options.scoring, fallback: blanksOf(model.outputs) }
    const scorer = await Scorer.open(
      model,
      scoring,
      { job: 'headrace', step: 'serve models' },
      home,
      systemClock,
    )
    return new ServedModel(model, scorer, options, watcher)
  }

  private constructor(
    model: Model,
    scorer: Scorer,
    { batchRows, batchWaitMs }: ServingOptions,
    { onBatch }: Watcher,
  ) {
    this.model = model
    this.scorer = scorer
    this.likedRows = scorer.figures.batchRows
    this.reader = new InputReader(model.inputs)
    this.queue = new ScoreQueue({
      score: (inputs, rows) => this.scoreBatch(inputs, rows),
      batchRows: () => batchRows ?? this.likedRows,
      waitMs: batchWaitMs,
      onBatch: (rows, waitedMs) => onBatch(model.name, rows, waitedMs),
    })
  }

  get figures(): ScorerFigures {
    return this.scorer.figures
  }

  get waitingRows(): number {
    return this.queue.rows
  }

  /** `inputs` are without nulls, and have been checked by `reader`. */
  score(inputs: InputValues, rows: number): Promise<Answered<BatchAnswers>> {
    return this.queue.score(inputs, rows)
  }

  /** Does what a request wants of it: until that is done, it stays open. */
  async serve<T>(request: (model: ServedModel) => Promise<T>): Promise<T> {
    this.requests++
    try {
      return await request(this)
    } finally {
      this.requests--
      if (this.requests === 0) this.unused?.()
    }
  }

  /** Nobody may come any more; those who have come are answered before. */
  async close(): Promise<void> {
    await new Promise<void>(resolve => {
      this.unused = resolve
      if (this.requests === 0) resolve()
    })
    this.scorer.close()
    this.arena.close()
  }

  private async scoreBatch(inputs: InputValues, rows: number): Promise<BatchAnswers> {
    const { arena, model } = this
    try {
      const fields = Object.values<Field>(model.inputs)
      const columns = fields.map((field, index) => columnOfValues(field, inputs[index], arena))
      const { outputs, versions } = await this.scorer.score(columns, rows, arena)
      const values = Object.values<Field>(model.outputs).map((field, index) =>
        Array.from({ length: rows }, (_, row) => readValue(field, outputs[index], row)),
      )
      this.likedRows = this.scorer.figures.batchRows
      return { outputs: values, versions: versions.slice(0, rows) }
    } finally {
      arena.reset()
    }
  }
}

/** Lets a scorer see no version that it is not made for. */
function homeOfShape(
  catalog: ModelCatalog,
  { inputs, outputs }: Model,
  first: Serving,
  { onOtherShape }: Watcher,
): ModelHome {
  let fitting = first
  let judged = first
  const shape = shapeOf(inputs, outputs)
  const isSame = (one: Serving, other: Serving) =>
    one.version === other.version && one.revision === other.revision
  const hasShape = async (name: string, version: number) => {
    // What cannot be told is for the scorer to find out, which says so.
    const model = await catalog.model(name, version).catch(() => null)
    return model === null || shapeOf(model.inputs, model.outputs) === shape
  }
  return {
    serving: async name => {
      const serving = await catalog.serving(name)
      if (isSame(serving, fitting)) return serving
      // To know the shape of a version it has to be loaded.
      if (isSame(serving, judged)) return fitting
      judged = serving
      if (await hasShape(name, serving.version)) fitting = serving
      else onOtherShape(name, serving)
      return fitting
    },
    load: (model, version) => catalog.load(model, version),
    notify: message => catalog.notify?.(message),
    close: async () => {},
  }
}

function shapeOf(...all: readonly Fields[]): string {
  return JSON.stringify(
    all.map(fields => Object.entries<Field>(fields).map(([name, field]) => [name, signature(field)])),
  )
}

function blanksOf(outputs: Fields): Record<string, unknown> {
  const blank = ({ kind, size = 0 }: Field) =>
    kind === 'string' ? '' : kind === 'vector' ? new Float32Array(size) : 0
  return Object.fromEntries(Object.entries<Field>(outputs).map(([name, field]) => [name, blank(field)]))
}
