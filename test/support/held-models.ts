import { BatchArena } from '../../engine/batch/arena.ts'
import type { Column } from '../../engine/batch/columns.ts'
import { NumberColumn } from '../../engine/batch/columns.ts'
import { double, string, vector } from '../../engine/batch/schema.ts'
import { readValue } from '../../engine/batch/values.ts'
import { model } from '../../engine/models/model.ts'
import type { LoadedModel, ModelHome, Serving } from '../../engine/models/model-home.ts'
import type { OutputColumn, TextOutput } from '../../engine/models/output-columns.ts'
import { Scorer } from '../../engine/models/scorer.ts'
import type { ScorerOptions } from '../../engine/models/scorer-options.ts'
import { defaultScorerOptions } from '../../engine/models/scorer-options.ts'
import { ManualClock } from '../../engine/time/clock.ts'

export const Sum = model('sum', {
  inputs: { x: double() },
  outputs: { y: double(), label: string(), pair: vector(2) },
})

export interface Answer {
  readonly y: number
  readonly label: string
  readonly pair: readonly number[]
  readonly version: number
}

/** What version `version` answers to `x`. */
export function answerTo(x: number, version: number): Answer {
  return { y: x + 1000 * version, label: `${x} by ${version}`, pair: [x, version], version }
}

export const fallback = { y: -1, label: 'none', pair: new Float32Array([0, -1]) }
export const fallbackAnswer: Answer = { y: -1, label: 'none', pair: [0, -1], version: 0 }

/** Versions of `Sum` whose loading and runs a test holds up, or has fail. */
export class HeldModels implements ModelHome {
  readonly notices: string[] = []
  /** Versions that were asked for, and that were closed. */
  readonly loads: number[] = []
  readonly closed: number[] = []
  readonly runs: { readonly version: number; readonly rows: number }[] = []
  batchRows = 4
  now: Serving = { version: 1, shadow: null, revision: '0' }
  /** Called before a run answers. */
  onRun: (version: number) => void | Promise<void> = () => {}
  onLoad: (version: number) => void | Promise<void> = () => {}
  onServing: () => void = () => {}

  serve(version: number, shadow: number | null = null): void {
    this.now = { version, shadow, revision: String(Number(this.now.revision) + 1) }
  }

  async serving(): Promise<Serving> {
    this.onServing()
    return this.now
  }

  async load(_: unknown, version: number): Promise<LoadedModel> {
    this.loads.push(version)
    await this.onLoad(version)
    const score = async (
      inputs: readonly Column[],
      outputs: readonly OutputColumn[],
      from: number,
      rows: number,
    ) => {
      this.runs.push({ version, rows })
      await this.onRun(version)
      const { values } = inputs[0] as NumberColumn
      const [y, label, pair] = outputs as unknown as [NumberColumn, TextOutput, NumberColumn]
      for (let row = from; row < from + rows; row++) {
        const answer = answerTo(values[row], version)
        y.values[row] = answer.y
        label.values[row] = answer.label
        pair.values.set(answer.pair, 2 * row)
      }
    }
    const close = async () => {
      this.closed.push(version)
    }
    return { version, batchRows: this.batchRows, score, close }
  }

  notify(message: string): void {
    this.notices.push(message)
  }

  async close(): Promise<void> {}
}

/** A scorer over such models, under a clock that only the test moves. */
export class HeldScorer {
  readonly models: HeldModels
  readonly clock = new ManualClock()
  readonly arena = new BatchArena(true)
  readonly scorer: Scorer

  constructor(options: Partial<ScorerOptions> = {}, models = new HeldModels()) {
    this.models = models
    const all = { ...defaultScorerOptions, ...options }
    this.scorer = new Scorer(Sum, all, { job: 'sums', step: 'score' }, models, this.clock)
  }

  static async open(options?: Partial<ScorerOptions>, models?: HeldModels): Promise<HeldScorer> {
    const held = new HeldScorer(options, models)
    await held.scorer.open()
    return held
  }

  /** Scores rows as a tick does, whose memory is let go afterwards. */
  async score(...xs: number[]): Promise<Answer[]> {
    const column = new NumberColumn(this.arena.f64(xs.length))
    column.values.set(xs)
    const { outputs, versions } = await this.scorer.score([column], xs.length, this.arena)
    const fields = Object.values(Sum.outputs)
    const answers = xs.map((_, row) => {
      const [y, label, pair] = fields.map((field, index) => readValue(field, outputs[index], row))
      return { y, label, pair: [...(pair as Float32Array)], version: versions[row] } as Answer
    })
    this.arena.reset()
    return answers
  }

  /** Moves the time of day on, and lets what waits for it come to an end. */
  async advance(ms: number): Promise<void> {
    this.clock.advance(ms)
    await settled()
  }
}

/** All that can go on without the clock has gone on. */
export async function settled(): Promise<void> {
  await new Promise(resolve => setImmediate(resolve))
}
