import type { OperatorFunction } from 'rxjs'
import type { Batch } from '../engine/batch/batch.ts'
import { cursorFor } from '../engine/batch/cursor.ts'
import { selectLoop } from '../engine/batch/loops.ts'
import { operator } from '../engine/graph/operator.ts'

/** Keeps the rows for which the lambda is true. */
export function filter<T, S extends T>(keep: (row: T) => row is S): OperatorFunction<Batch<T>, Batch<S>>
export function filter<T>(keep: (row: T) => unknown): OperatorFunction<Batch<T>, Batch<T>>
export function filter<T>(keep: (row: T) => unknown): OperatorFunction<Batch<T>, Batch<T>> {
  return operator<T, T>({
    kind: 'filter',
    id: null,
    start: ([schema], context) => {
      const cursor = cursorFor(schema)
      const loop = selectLoop(context.id, keep)
      return {
        schema,
        push: batch => {
          const kept = batch.arena.i32(batch.rows)
          cursor.$bind(batch)
          const count = loop(cursor, batch.rows, kept, context.failed(batch).note)
          context.emit(count === batch.rows ? batch : batch.pick(kept, count))
        },
      }
    },
  })
}
