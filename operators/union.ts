import { Batch } from '../engine/batch/batch.ts'
import { inOrder } from '../engine/batch/cause-order.ts'
import { interleave } from '../engine/batch/interleave.ts'
import type { Schema } from '../engine/batch/schema.ts'
import { signature } from '../engine/batch/schema.ts'
import type { Tick } from '../engine/batch/tick.ts'
import { HeadraceError } from '../engine/errors.ts'
import type { Stream } from '../engine/graph/build.ts'
import { combine } from '../engine/graph/operator.ts'
import type { RunningStep, StepContext } from '../engine/step.ts'

/**
 * The rows of all streams, which need the same columns: in the order of the rows that caused them, and for
 * one cause in the order of the streams.
 */
export function union<T>(first: Stream<T>, ...others: readonly Stream<NoInfer<T>>[]): Stream<T> {
  return combine<T, T>(
    { kind: 'union', id: null, start: (schemas, context) => new Union(schemas, context) },
    [first, ...others],
  )
}

/** Holds the batches of a tick until all of them are there, so that cuts into batches do not show. */
class Union<T> implements RunningStep<T, T> {
  readonly schema: Schema<T>
  private readonly context: StepContext<T, T>
  private readonly byInput: Batch<T>[][]

  constructor(schemas: readonly Schema<T>[], context: StepContext<T, T>) {
    const [first] = schemas
    this.schema = first
    this.context = context
    this.byInput = schemas.map(() => [])
    schemas.forEach((schema, input) => {
      if (describe(schema) === describe(first)) return
      const message = `stream 1 has ${describe(first)}, and stream ${input + 1} has ${describe(schema)}`
      throw new HeadraceError('HR_SCHEMA_CHANGED', message, { step: context.id })
    })
  }

  push(batch: Batch<T>, input: number): void {
    this.byInput[input].push(batch)
  }

  advance(tick: Tick): void {
    const batches = this.byInput.flatMap(list => list.splice(0))
    if (batches.length === 0) return
    this.context.emit(batches.length === 1 ? batches[0] : merged(this.schema, batches, tick))
  }
}

function describe(schema: Schema): string {
  return `${schema.names.join(', ')} as ${signature(schema)}`
}

function merged<T>(schema: Schema<T>, batches: readonly Batch<T>[], tick: Tick): Batch<T> {
  const { arena } = tick
  const { places, at } = inOrder(batches, tick)
  const { parts, rows, count } = places
  const column = (index: number) =>
    interleave(
      batches.map(batch => batch.column(index)),
      places,
      arena,
    )
  const time = batches.every(batch => batch.isRecord) ? null : arena.f64(count)
  const watermark = arena.f64(count)
  for (let i = 0; i < count; i++) {
    const batch = batches[parts[i]]
    if (time !== null) time[i] = batch.time[rows[i]]
    watermark[i] = batch.watermark[rows[i]]
  }
  const all = new Batch(schema, tick, count, at, { column }, time, watermark)
  if (batches.some(({ trail }) => trail !== null)) {
    all.trail = Int32Array.from({ length: count }, (_, i) => batches[parts[i]].originOf(rows[i]))
  }
  return all
}
