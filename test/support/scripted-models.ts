import type { Column } from '../../engine/batch/columns.ts'
import type { Field, Fields } from '../../engine/batch/schema.ts'
import { readValue } from '../../engine/batch/values.ts'
import { HeadraceError } from '../../engine/errors.ts'
import type { Model } from '../../engine/models/model.ts'
import { model } from '../../engine/models/model.ts'
import type { LoadedModel, Serving } from '../../engine/models/model-home.ts'
import type { OutputColumn } from '../../engine/models/output-columns.ts'
import type { ModelCatalog, ModelVersion } from '../../server/models/model-catalog.ts'

type Row = Readonly<Record<string, unknown>>

export interface ScriptedVersion {
  readonly inputs: Fields
  readonly outputs: Fields
  readonly score: (row: Row) => Row
  /** Why it cannot be loaded. */
  readonly broken?: HeadraceError
}

/** Models that a test has made up, which can be slow or fail. */
export class ScriptedModels implements ModelCatalog {
  readonly notices: string[] = []
  /** What runs wait for. */
  gate: Promise<unknown> = Promise.resolve()
  failure: Error | undefined
  batchRows = 16
  /** Rows of each run, and whether they were of a version that serves. */
  readonly runs: { readonly version: number; readonly rows: number }[] = []
  /** Versions that are loaded now. */
  readonly loaded: string[] = []
  private readonly models = new Map<string, Map<number, ScriptedVersion>>()
  private readonly pointers = new Map<string, Serving>()

  put(name: string, version: number, made: ScriptedVersion): this {
    const versions = this.models.get(name) ?? new Map<number, ScriptedVersion>()
    this.models.set(name, versions.set(version, made))
    if (!this.pointers.has(name)) this.pointers.set(name, { version, shadow: null })
    return this
  }

  async names(): Promise<readonly string[]> {
    return [...this.models.keys()].sort()
  }

  async versions(name: string): Promise<readonly ModelVersion[]> {
    return [...(this.models.get(name)?.keys() ?? [])].map(version => ({
      version,
      fault: null,
      description: `version ${version}`,
      createdAt: '2026-11-21T14:00:00Z',
    }))
  }

  async model(name: string, version: number): Promise<Model> {
    const { inputs, outputs } = this.find(name, version)
    return model(name, { inputs, outputs })
  }

  async serving(name: string): Promise<Serving> {
    const serving = this.pointers.get(name)
    if (serving !== undefined) return serving
    throw new HeadraceError('HR_MODEL_UNKNOWN', `there is no model "${name}" among secret ones`)
  }

  async serve(name: string, { version, shadow }: Pick<Serving, 'version' | 'shadow'>): Promise<void> {
    this.pointers.set(name, { version, shadow })
  }

  async load({ name, inputs, outputs }: Model, version: number): Promise<LoadedModel> {
    const made = this.find(name, version)
    if (made.broken !== undefined) throw made.broken
    const key = `${name}@${version}`
    this.loaded.push(key)
    return {
      version,
      batchRows: this.batchRows,
      score: async (columns, into, from, rows) => {
        this.runs.push({ version, rows })
        await this.gate
        if (this.failure !== undefined) throw this.failure
        for (let row = from; row < from + rows; row++) {
          write(outputs, into, row, made.score(rowOf(inputs, columns, row)))
        }
      },
      close: async () => {
        this.loaded.splice(this.loaded.indexOf(key), 1)
      },
    }
  }

  notify(message: string): void {
    this.notices.push(message)
  }

  async close(): Promise<void> {}

  private find(name: string, version: number): ScriptedVersion {
    const made = this.models.get(name)?.get(version)
    if (made !== undefined) return made
    throw new HeadraceError('HR_MODEL_UNKNOWN', `model "${name}" has no version ${version}`)
  }
}

function rowOf(inputs: Fields, columns: readonly Column[], row: number): Row {
  const entries = Object.entries<Field>(inputs)
  return Object.fromEntries(entries.map(([name, field], k) => [name, readValue(field, columns[k], row)]))
}

function write(outputs: Fields, into: readonly OutputColumn[], row: number, answer: Row): void {
  Object.entries<Field>(outputs).forEach(([name, { size = 0 }], k) => {
    const column = into[k]
    if (column.layout === 'vector') column.values.set(answer[name] as number[], row * size)
    else column.values[row] = answer[name] as never
  })
}
