import type { Field, Fields, Schema } from '../../engine/batch/schema.ts'
import { long, makeSchema, string, timestamp } from '../../engine/batch/schema.ts'
import { HeadraceError } from '../../engine/errors.ts'
import type { StoredFeature } from '../../engine/stores/feature-store.ts'
import { guessedValue } from './column-guess.ts'
import type { ExportedView } from './exported-view.ts'
import type { Label } from './label.ts'

/** A view, with the column of the labels that says whose features are meant. */
export interface JoinedView extends ExportedView {
  readonly column: string
}

export interface ColumnOptions {
  /** Of the labels, as they were guessed. */
  readonly labels: Fields
  readonly time: string
  readonly views: readonly JoinedView[]
  /** Columns are named with their view, as `user-stats.clicks`. */
  readonly fullNames: boolean
  /** A column with the age of each feature beside it. */
  readonly ages: boolean
  /** Values that are older than this at the label's time are left out. */
  readonly maxAgeMs: number
}

/** The columns of a training set, filled row by row: those of the label, then the features. */
export class TrainingColumns {
  readonly schema: Schema
  /** Since they were taken last. */
  rows = 0
  /** For each view the rows that have any feature of it. */
  readonly found: number[]
  private readonly labels: readonly (readonly [string, Field])[]
  private readonly options: ColumnOptions
  private values: unknown[][]

  constructor(options: ColumnOptions) {
    this.options = options
    this.labels = Object.entries(labelFields(options))
    this.schema = makeSchema('TrainingSet', { ...Object.fromEntries(this.labels), ...featureFields(options) })
    this.values = this.schema.names.map(() => [])
    this.found = options.views.map(() => 0)
  }

  /** `found` has, for each view, its fields in their order. */
  add({ time, record }: Label, found: readonly (readonly StoredFeature[])[]): void {
    const { values, labels } = this
    const { ages, maxAgeMs, time: timeColumn } = this.options
    let column = 0
    for (const [name, field] of labels) {
      values[column++].push(name === timeColumn ? time : guessedValue(field, record[name]))
    }
    found.forEach((features, view) => {
      let isFound = false
      for (const { state, value, time: of } of features) {
        const age = state === 'ok' && of !== null ? time - of : Number.POSITIVE_INFINITY
        const isThere = age <= maxAgeMs && age < Number.POSITIVE_INFINITY
        values[column++].push(isThere ? value : null)
        if (ages) values[column++].push(isThere ? Math.floor(age) : null)
        isFound ||= isThere
      }
      if (isFound) this.found[view]++
    })
    this.rows++
  }

  /** The columns so far; begins anew. */
  take(): unknown[][] {
    const { values } = this
    this.values = values.map(() => [])
    this.rows = 0
    return values
  }
}

function labelFields({ labels, time, views }: ColumnOptions): Fields {
  const entities = Object.fromEntries(views.map(({ column, entity }) => [column, exported(entity)]))
  return { ...labels, ...entities, [time]: { ...timestamp(), nullable: true } }
}

function featureFields({ labels, views, fullNames, ages }: ColumnOptions): Fields {
  const fields: Record<string, Field> = {}
  const add = (name: string, field: Field) => {
    if (Object.hasOwn(fields, name) || Object.hasOwn(labels, name)) {
      const message = `two columns would be named "${name}": with --full-names features have the name of their view, too`
      throw new HeadraceError('HR_EXPORT_COLUMNS', message)
    }
    fields[name] = field
  }
  for (const { spec } of views) {
    for (const [name, field] of Object.entries(spec.fields)) {
      const title = fullNames ? `${spec.name}.${name}` : name
      add(title, exported(field))
      if (ages) add(`${title}_age_ms`, { ...long(), nullable: true })
    }
  }
  return fields
}

/** Enums and decimals are their text, and anything may be missing. */
function exported(field: Field): Field {
  const { kind, size } = field.kind === 'enum' || field.kind === 'decimal' ? string() : field
  return { kind, nullable: true, ...(size !== undefined && { size }) }
}
