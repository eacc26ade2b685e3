import type { Batch } from '../../engine/batch/batch.ts'
import type { ComputedColumn } from '../../engine/batch/computed-column.ts'
import { computedColumn } from '../../engine/batch/computed-column.ts'
import type { Cursor } from '../../engine/batch/cursor.ts'
import { cursorFor } from '../../engine/batch/cursor.ts'
import type { Field, Schema } from '../../engine/batch/schema.ts'
import { makeSchema } from '../../engine/batch/schema.ts'
import { HeadraceError } from '../../engine/errors.ts'
import type { Model } from '../../engine/models/model.ts'
import type { StepContext } from '../../engine/step.ts'

type Sources = Readonly<Record<string, string | ((row: unknown) => unknown) | undefined>>

/** The kinds of columns that an input can be: those that lose nothing but digits. */
const kindsFor: Readonly<Record<string, readonly string[]>> = {
  boolean: ['boolean'],
  int: ['int', 'boolean'],
  long: ['long', 'int', 'timestamp', 'boolean'],
  float: ['float', 'double', 'int', 'long', 'timestamp', 'boolean'],
  double: ['double', 'float', 'int', 'long', 'timestamp', 'boolean'],
  string: ['string'],
  vector: ['vector'],
}

/** Finds or computes the inputs of a model in the rows of a stream. */
export class RowInputs {
  /** For each input of the model the column of a prepared batch. */
  readonly columns: readonly number[]
  private readonly computed: readonly ComputedColumn<unknown>[]
  private readonly schema: Schema
  private readonly cursor: Cursor<unknown>
  private readonly context: StepContext<unknown, unknown>
  private readonly width: number

  constructor(stream: Schema, model: Model, sources: Sources, context: StepContext<unknown, unknown>) {
    const { id } = context
    const stray = Object.keys(sources).find(name => !(name in model.inputs))
    if (stray !== undefined) {
      const known = Object.keys(model.inputs).join(', ')
      throw new HeadraceError(
        'HR_CONFIG_INVALID',
        `inputs of "${id}" has "${stray}": the model takes ${known}`,
      )
    }
    this.context = context
    this.cursor = cursorFor(stream)
    this.width = stream.names.length
    const computed: ComputedColumn<unknown>[] = []
    const added: [string, Field][] = []
    this.columns = Object.entries<Field>(model.inputs).map(([name, field]) => {
      const source = sources[name] ?? name
      if (typeof source === 'string') return columnOf(stream, name, field, source, model.name)
      const of = { field: { ...field, nullable: true }, compute: source }
      computed.push(computedColumn(id, name, of))
      // No name of a column has such a sign.
      added.push([`#${name}`, of.field])
      return this.width + added.length - 1
    })
    this.computed = computed
    this.schema = makeSchema(stream.name, { ...stream.fields, ...Object.fromEntries(added) })
  }

  /** The batch with the computed inputs behind its own columns, without the rows whose functions threw. */
  prepare(batch: Batch): Batch {
    const { computed, cursor, width, context } = this
    if (computed.length === 0) return batch
    const failures = context.failed(batch)
    cursor.$bind(batch)
    const made = computed.map(compute => compute(cursor, batch.rows, batch.arena, failures.note))
    const column = (index: number) => (index < width ? batch.column(index) : made[index - width])
    return failures.without(batch.withColumns(this.schema, { column }))
  }
}

function columnOf(stream: Schema, input: string, wanted: Field, name: string, model: string): number {
  const field = stream.fields[name]
  if (field === undefined) {
    const message = `input "${input}" of model "${model}" is to be the column "${name}": there are ${stream.names.join(', ')}`
    throw new HeadraceError('HR_COLUMN_UNKNOWN', message)
  }
  const fits = kindsFor[wanted.kind].includes(field.kind) && field.size === wanted.size
  if (fits) return stream.names.indexOf(name)
  const described = ({ kind, size }: Field) => (size === undefined ? kind : `${kind}(${size})`)
  const message = `input "${input}" of model "${model}" is of kind ${described(wanted)}, the column "${name}" of kind ${described(field)}`
  throw new HeadraceError('HR_CONFIG_INVALID', message)
}
