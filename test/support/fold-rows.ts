import { BatchArena } from '../../engine/batch/arena.ts'
import { batchOfRows } from '../../engine/batch/rows-batch.ts'
import type { Schema } from '../../engine/batch/schema.ts'
import { makeSchema } from '../../engine/batch/schema.ts'
import { readValue } from '../../engine/batch/values.ts'
import type { FoldStates } from '../../operators/aggregates/accumulator.ts'
import { Accumulator } from '../../operators/aggregates/accumulator.ts'
import type { Aggregate } from '../../operators/aggregates/aggregate.ts'

const noFailures = {
  note: (_row: number, error: unknown) => {
    throw error
  },
  without: <B>(batch: B) => batch,
  count: 0,
}

/** An aggregate by itself: parts of a list of rows folded, merged in one order or another, stored and read between. */
export class FoldedRows<T extends { readonly at: number }, R> {
  private readonly schema: Schema<T>
  private readonly accumulator: Accumulator
  private readonly arena = new BatchArena()

  constructor(schema: Schema<T>, aggregate: Aggregate<T, R>) {
    this.schema = schema
    this.accumulator = new Accumulator('test', schema as Schema, { result: aggregate } as never)
  }

  /** The state of one part. */
  fold(rows: readonly T[]): FoldStates {
    const states = this.empty()
    const batch = batchOfRows(
      this.schema,
      rows,
      Float64Array.from(rows, row => row.at),
      this.arena,
    )
    this.accumulator.prepare(batch as never, noFailures)
    this.accumulator.add(states, new Int32Array(rows.length), 0, rows.length, new Uint8Array(1))
    return states
  }

  /** A new state: all of `parts`, each taken in behind the ones before. */
  merge(...parts: readonly FoldStates[]): FoldStates {
    const states = this.empty()
    for (const part of parts) this.accumulator.mergeAll(states, new Int32Array(1), part, 1)
    return states
  }

  /** The state as it is after it has been stored. */
  stored({ cells, objects }: FoldStates): FoldStates {
    const reload = (list: unknown[], k: number) => {
      const { fold } = this.accumulator.objects[k]!
      return list.map(state => fold.load(JSON.parse(JSON.stringify(fold.save(state)))))
    }
    return { cells: cells.slice(), objects: objects.map(reload) }
  }

  result(states: FoldStates): R {
    const [column] = this.accumulator.results(states, new Int32Array(1), 1, this.arena)
    const field = makeSchema('Result', this.accumulator.fields).fields.result!
    const value = readValue(field, column!, 0) as R
    this.arena.reset()
    return value
  }

  private empty(): FoldStates {
    const { width, objects } = this.accumulator
    const states = { cells: new Float64Array(width), objects: objects.map(() => []) }
    this.accumulator.reset(states, 0, 1)
    return states
  }
}
