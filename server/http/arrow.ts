import { Table, tableToIPC } from 'apache-arrow'
import { BatchArena } from '../../engine/batch/arena.ts'
import { toArrow } from '../../engine/batch/arrow/index.ts'
import { Batch } from '../../engine/batch/batch.ts'
import type { Fields, Schema } from '../../engine/batch/schema.ts'
import { makeSchema, signature } from '../../engine/batch/schema.ts'
import { Tick } from '../../engine/batch/tick.ts'
import { columnOfValues } from '../../engine/batch/value-columns.ts'
import { limits } from '../../engine/limits.ts'

export const arrowType = 'application/vnd.apache.arrow.stream'

/** Writes answers as Arrow IPC streams. */
export class ArrowWriter {
  /** Used anew for each answer: its bytes are copied out of it. */
  private readonly arena = new BatchArena()
  private readonly schemas = new Map<string, Schema>()

  /** `values` has a list for each field, in their order. */
  write(fields: Fields, values: readonly (readonly unknown[])[], rows: number): Buffer {
    const { arena } = this
    const schema = this.schemaOf(fields)
    const tick = new Tick(arena, Number.NEGATIVE_INFINITY, Number.NaN)
    const column = (index: number) => columnOfValues(schema.fields[schema.names[index]], values[index], arena)
    try {
      const batch = new Batch(schema, tick, rows, null, { column }, new Float64Array(rows))
      return Buffer.from(tableToIPC(new Table([toArrow(batch)]), 'stream'))
    } finally {
      arena.reset()
    }
  }

  private schemaOf(fields: Fields): Schema {
    // What is dropped under a name may come again with other types.
    const key = JSON.stringify(Object.entries(fields).map(([name, field]) => [name, signature(field)]))
    let schema = this.schemas.get(key)
    if (schema === undefined) {
      // Callers choose the fields: there are more combinations than anybody wants to remember.
      if (this.schemas.size >= limits.serverArrowSchemas) this.schemas.clear()
      schema = makeSchema('Answer', fields)
      this.schemas.set(key, schema)
    }
    return schema
  }
}
