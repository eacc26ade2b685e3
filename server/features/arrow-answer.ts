import { Table, tableToIPC } from 'apache-arrow'
import { BatchArena } from '../../engine/batch/arena.ts'
import { toArrow } from '../../engine/batch/arrow/index.ts'
import { Batch } from '../../engine/batch/batch.ts'
import type { Field, Fields, Schema } from '../../engine/batch/schema.ts'
import { long, makeSchema, nullable, oneOf, signature, string, timestamp } from '../../engine/batch/schema.ts'
import { Tick } from '../../engine/batch/tick.ts'
import { columnOfValues } from '../../engine/batch/value-columns.ts'
import { limits } from '../../engine/limits.ts'
import type { Entity } from '../../engine/stores/feature-store.ts'
import type { ReadAnswer } from '../../features/index.ts'
import { featureStates } from '../../features/reading.ts'

/** Writes answers as Arrow IPC streams: a row an entity, four columns a field. */
export class ArrowAnswers {
  /** Used anew for each answer: its bytes are copied out of it. */
  private readonly arena = new BatchArena()
  private readonly schemas = new Map<string, Schema>()

  /** `types` tells the types of the answer's fields. */
  write(entities: readonly Entity[], answer: ReadAnswer, types: Fields): Uint8Array {
    const { arena } = this
    const schema = this.schemaOf(answer, types)
    const values = valuesOf(entities, answer)
    const tick = new Tick(arena, Number.NEGATIVE_INFINITY, Number.NaN)
    const column = (index: number) => columnOfValues(schema.fields[schema.names[index]], values[index], arena)
    try {
      const times = new Float64Array(entities.length)
      const batch = new Batch(schema, tick, entities.length, null, { column }, times)
      return tableToIPC(new Table([toArrow(batch)]), 'stream')
    } finally {
      arena.reset()
    }
  }

  private schemaOf(answer: ReadAnswer, types: Fields): Schema {
    // A version that was dropped may come again with other types.
    const key = JSON.stringify(answer.fields.map(field => [field, signature(types[field])]))
    let schema = this.schemas.get(key)
    if (schema === undefined) {
      // Callers choose the fields: there are more combinations than anybody wants to remember.
      if (this.schemas.size >= limits.serverArrowSchemas) this.schemas.clear()
      schema = makeSchema('Features', columnsOf(answer.fields, types))
      this.schemas.set(key, schema)
    }
    return schema
  }
}

const state = oneOf('FeatureState', featureStates)

function columnsOf(fields: readonly string[], types: Fields): Fields {
  const columns = fields.flatMap((field): [string, Field][] => [
    [field, nullable(types[field])],
    [`${field}.state`, state],
    [`${field}.time`, nullable(timestamp())],
    [`${field}.ageMs`, nullable(long())],
  ])
  return { entity: string(), ...Object.fromEntries(columns) }
}

/** By column, in the order of `columnsOf`. */
function valuesOf(entities: readonly Entity[], { fields, rows }: ReadAnswer): unknown[][] {
  const values = fields.flatMap((_, k) => [
    rows.map(row => row[k].value),
    rows.map(row => row[k].state),
    rows.map(row => row[k].time),
    rows.map(row => row[k].ageMs),
  ])
  return [entities.map(String), ...values]
}
