import type { OperatorFunction } from 'rxjs'
import type { Batch } from '../engine/batch/batch.ts'
import { computedColumn } from '../engine/batch/computed-column.ts'
import { cursorFor } from '../engine/batch/cursor.ts'
import type { Derivation, Schema } from '../engine/batch/schema.ts'
import { makeSchema } from '../engine/batch/schema.ts'
import { operator } from '../engine/graph/operator.ts'

// biome-ignore lint/suspicious/noExplicitAny: the types are inferred from the record, one by one
export type Derivations<T> = Readonly<Record<string, Derivation<T, any>>>

/** A row with the derived columns added, or in the place of those that had their names. */
export type Derived<T, D> = {
  readonly [K in keyof T | keyof D]: K extends keyof D
    ? D[K] extends Derivation<infer _T, infer V>
      ? V
      : never
    : K extends keyof T
      ? T[K]
      : never
}

/**
 * Adds or replaces columns: `derive({ big: double(row => row.value * 2) })`. Every lambda sees the row as
 * it came in. A value that does not fit its column is an error of the row, never rounded or wrapped.
 */
export function derive<T, D extends Derivations<T>>(
  derivations: D,
): OperatorFunction<Batch<T>, Batch<Derived<T, D>>> {
  return operator<T, Derived<T, D>>({
    kind: 'derive',
    id: null,
    start: ([input], context) => {
      const added = Object.entries(derivations).map(([name, { field }]) => [name, field])
      const fields = { ...input.fields, ...Object.fromEntries(added) }
      const schema = makeSchema(input.name, fields) as Schema<Derived<T, D>>
      const cursor = cursorFor(input)
      const places = schema.names.map(name => input.names.indexOf(name))
      const computed = schema.names.map(name => {
        const derivation = derivations[name]
        return derivation === undefined ? null : computedColumn<T>(context.id, name, derivation)
      })
      return {
        schema,
        push: batch => {
          const { arena, rows } = batch
          const failures = context.failed(batch)
          cursor.$bind(batch)
          const made = computed.map(compute => compute?.(cursor, rows, arena, failures.note))
          const column = (index: number) => made[index] ?? batch.column(places[index])
          context.emit(failures.without(batch.withColumns(schema, { column })))
        },
      }
    },
  })
}
