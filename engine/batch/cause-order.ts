import type { Batch } from './batch.ts'
import type { Places } from './interleave.ts'
import type { Tick } from './tick.ts'

/** The rows of several batches by their cause: counted first, then put in their places, so that equal ones keep their order. */
export function inOrder(batches: readonly Batch[], tick: Tick): { places: Places; at: Int32Array } {
  const { arena } = tick
  const count = batches.reduce((sum, batch) => sum + batch.rows, 0)
  const next = arena.i32(tick.rows + 2).fill(0)
  for (const batch of batches) for (let row = 0; row < batch.rows; row++) next[batch.causeOf(row) + 1]++
  for (let cause = 0; cause <= tick.rows; cause++) next[cause + 1] += next[cause]
  const places = { parts: arena.i32(count), rows: arena.i32(count), count }
  const at = arena.i32(count)
  batches.forEach((batch, part) => {
    for (let row = 0; row < batch.rows; row++) {
      const cause = batch.causeOf(row)
      const place = next[cause]++
      places.parts[place] = part
      places.rows[place] = row
      at[place] = cause
    }
  })
  return { places, at }
}
