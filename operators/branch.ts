import type { Batch } from '../engine/batch/batch.ts'
import { cursorFor } from '../engine/batch/cursor.ts'
import { caseLoop } from '../engine/batch/loops.ts'
import { HeadraceError } from '../engine/errors.ts'
import type { Stream } from '../engine/graph/build.ts'
import { currentBuild } from '../engine/graph/build.ts'
import { combine } from '../engine/graph/operator.ts'
import type { RowFailures } from '../engine/step.ts'

/** The streams that a stream is split into. */
export type Branches<T, C> = { readonly [K in keyof C | 'rest']: Stream<T> }

type Case<T> = (row: T) => unknown

/** The number of the case that each row of a batch goes to, for as long as the batch flows. */
type Choices = WeakMap<Batch, Int32Array>

/** Splits a stream: each row goes to the first case that is true for it, or else to `rest`. */
export function branch<T, C extends Readonly<Record<string, Case<T>>>>(
  stream: Stream<T>,
  cases: C,
): Branches<T, C> {
  const id = currentBuild('branch').nameFor('branch')
  if ('rest' in cases) {
    const message = 'a case is named "rest", which is the stream of the rows that no case takes'
    throw new HeadraceError('HR_CONFIG_INVALID', message, { step: id })
  }
  const choices: Choices = new WeakMap()
  const decided = decide(id, stream, Object.values(cases), choices)
  const names = [...Object.keys(cases), 'rest']
  const branches = names.map((name, index) => [name, taken(`${id}.${name}`, decided, choices, index)])
  return Object.fromEntries(branches) as Branches<T, C>
}

/** Passes the rows on, and notes where each is to go: every case is asked once, whoever reads its stream. */
function decide<T>(id: string, stream: Stream<T>, cases: readonly Case<T>[], choices: Choices): Stream<T> {
  return combine<T, T>(
    {
      kind: 'branch',
      id,
      start: ([schema], context) => {
        const cursor = cursorFor(schema)
        const loop = caseLoop(id, cases)
        const choose = (batch: Batch<T>, failures: RowFailures): Int32Array => {
          const chosen = batch.arena.i32(batch.rows)
          cursor.$bind(batch)
          loop(cursor, batch.rows, chosen, failures.note)
          return chosen
        }
        const push = (batch: Batch<T>): void => {
          const failures = context.failed(batch)
          const chosen = choose(batch, failures)
          const good = failures.without(batch)
          choices.set(good, good === batch ? chosen : choose(good, failures))
          context.emit(good)
        }
        return { schema, push }
      },
    },
    [stream],
  )
}

function taken<T>(id: string, decided: Stream<T>, choices: Choices, index: number): Stream<T> {
  return combine<T, T>(
    {
      kind: 'branch',
      id,
      start: ([schema], context) => ({
        schema,
        push: batch => {
          const chosen = choices.get(batch) as Int32Array
          const kept = batch.arena.i32(batch.rows)
          let count = 0
          for (let row = 0; row < batch.rows; row++) if (chosen[row] === index) kept[count++] = row
          context.emit(count === batch.rows ? batch : batch.pick(kept, count))
        },
      }),
    },
    [decided],
  )
}
