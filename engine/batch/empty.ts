import { HeadraceError } from '../errors.ts'
import { Batch } from './batch.ts'
import type { Schema } from './schema.ts'
import type { Tick } from './tick.ts'

const nothing = {
  column: () => {
    throw new HeadraceError('HR_INTERNAL', 'a column of a batch without rows was asked for')
  },
}

/** A batch without rows that tells its schema: one goes through the graph before the first record. */
export function emptyBatch<T>(schema: Schema<T>, tick: Tick): Batch<T> {
  return new Batch(schema, tick, 0, null, nothing)
}
