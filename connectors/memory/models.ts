import type { Column } from '../../engine/batch/columns.ts'
import type { Field, Fields } from '../../engine/batch/schema.ts'
import { readValue } from '../../engine/batch/values.ts'
import { HeadraceError } from '../../engine/errors.ts'
import type { Model, ModelInput, ModelOutput } from '../../engine/models/model.ts'
import type { LoadedModel, ModelHome, Serving } from '../../engine/models/model-home.ts'
import type { OutputColumn } from '../../engine/models/output-columns.ts'

/** Answers for one row. It may throw, and it may take its time. */
export type ScoreRow<I, O> = (row: I) => O | Promise<O>

export interface MemoryModelOptions {
  /** Rows that it is given at a time: 1024 unless said otherwise. */
  readonly batchRows?: number
  /** Called when it is loaded: a test may hold it up or fail it. */
  readonly onLoad?: () => void | Promise<void>
}

interface Version extends MemoryModelOptions {
  readonly score: ScoreRow<unknown, unknown>
}

/** Models in memory, each version a function: for tests. */
export class MemoryModels implements ModelHome {
  /** What jobs were told that they go through. */
  readonly notices: string[] = []
  private readonly versions = new Map<string, Version>()
  private readonly served = new Map<string, Serving>()
  private changes = 0

  /** Adds a version. The first one of a model serves. */
  add<M extends Model<Fields, Fields>>(
    model: M,
    version: number,
    score: ScoreRow<ModelInput<M>, ModelOutput<M>>,
    options: MemoryModelOptions = {},
  ): this {
    this.versions.set(`${model.name}@${version}`, { ...options, score: score as ScoreRow<unknown, unknown> })
    if (!this.served.has(model.name)) this.serve(model.name, version)
    return this
  }

  /** Says which version serves from now on, and which one scores beside it. */
  serve(name: string, version: number, shadow: number | null = null): this {
    this.served.set(name, { version, shadow, revision: String(this.changes++) })
    return this
  }

  async serving(name: string): Promise<Serving> {
    const serving = this.served.get(name)
    if (serving !== undefined) return serving
    const known = [...this.served.keys()].join(', ')
    throw new HeadraceError('HR_MODEL_UNKNOWN', `there is no model "${name}": there are ${known || 'none'}`)
  }

  async load(model: Model, version: number): Promise<LoadedModel> {
    const found = this.versions.get(`${model.name}@${version}`)
    if (found === undefined) {
      throw new HeadraceError('HR_MODEL_UNKNOWN', `model "${model.name}" has no version ${version}`)
    }
    await found.onLoad?.()
    return new MemoryModel(model, version, found)
  }

  notify(message: string): void {
    this.notices.push(message)
  }

  async close(): Promise<void> {}
}

class MemoryModel implements LoadedModel {
  readonly version: number
  readonly batchRows: number
  private readonly model: Model
  private readonly scoreRow: ScoreRow<unknown, unknown>

  constructor(model: Model, version: number, { score, batchRows = 1024 }: Version) {
    this.model = model
    this.version = version
    this.batchRows = batchRows
    this.scoreRow = score
  }

  async score(
    inputs: readonly Column[],
    outputs: readonly OutputColumn[],
    from: number,
    rows: number,
  ): Promise<void> {
    const fields = Object.entries<Field>(this.model.inputs)
    const names = Object.keys(this.model.outputs)
    for (let row = from; row < from + rows; row++) {
      const given = fields.map(([name, field], index) => [name, readValue(field, inputs[index], row)])
      const answer = (await this.scoreRow(Object.fromEntries(given))) as Readonly<Record<string, unknown>>
      names.forEach((name, index) => {
        write(outputs[index], row, answer[name])
      })
    }
  }

  async close(): Promise<void> {}
}

function write(output: OutputColumn, row: number, value: unknown): void {
  if (output.layout === 'vector') output.values.set(value as ArrayLike<number>, row * output.size)
  else if (output.layout === 'text') output.values[row] = String(value)
  else output.values[row] = Number(value)
}
