import type { BatchArena } from '../batch/arena.ts'
import type { Column } from '../batch/columns.ts'
import { FloatColumn, IntColumn, NumberColumn, VectorColumn } from '../batch/columns.ts'
import type { Field, Fields } from '../batch/schema.ts'
import { textColumn } from '../batch/text-column.ts'

/** What a model writes its answers to. */
export type OutputColumn = NumberColumn | IntColumn | FloatColumn | VectorColumn | TextOutput

/** Text, while it is being written: a column of it has to know its length first. */
export class TextOutput {
  readonly layout = 'text'
  readonly values: string[]
  constructor(rows: number) {
    this.values = new Array<string>(rows).fill('')
  }
}

/** Room for the answers to so many rows. Not of an arena: a run that was given up may still write to it. */
export function newOutputs(fields: Fields, rows: number): OutputColumn[] {
  return Object.values(fields).map(field => newOutput(field, rows))
}

function newOutput({ kind, size = 0 }: Field, rows: number): OutputColumn {
  switch (kind) {
    case 'int':
      return new IntColumn(new Int32Array(rows))
    case 'float':
      return new FloatColumn(new Float32Array(rows))
    case 'vector':
      return new VectorColumn(new Float32Array(rows * size), size)
    case 'string':
      return new TextOutput(rows)
    default:
      return new NumberColumn(new Float64Array(rows))
  }
}

/** The beginning of a column, over the same memory. */
export function firstRows(output: OutputColumn, rows: number): OutputColumn {
  switch (output.layout) {
    case 'number':
      return new NumberColumn(output.values.subarray(0, rows))
    case 'int':
      return new IntColumn(output.values.subarray(0, rows))
    case 'float':
      return new FloatColumn(output.values.subarray(0, rows))
    case 'vector':
      return new VectorColumn(output.values.subarray(0, rows * output.size), output.size)
    case 'text':
      return new TextOutput(rows)
  }
}

export function asColumn(output: OutputColumn, arena: BatchArena): Column {
  return output.layout === 'text' ? textColumn(output.values, null, arena) : output
}

/** Copies one row of answers. */
export function copyRow(
  from: readonly OutputColumn[],
  row: number,
  to: readonly OutputColumn[],
  toRow: number,
): void {
  for (let i = 0; i < from.length; i++) {
    const source = from[i]
    const target = to[i]
    if (source.layout === 'vector') {
      const { size, values } = source
      const into = (target as VectorColumn).values
      for (let k = 0; k < size; k++) into[toRow * size + k] = values[row * size + k]
    } else target.values[toRow] = source.values[row]
  }
}
