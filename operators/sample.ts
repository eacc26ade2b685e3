import type { OperatorFunction } from 'rxjs'
import type { Batch } from '../engine/batch/batch.ts'
import { HeadraceError } from '../engine/errors.ts'
import { operator } from '../engine/graph/operator.ts'
import type { BatchKeys } from '../engine/state/keys/key-space.ts'
import { KeySpace } from '../engine/state/keys/key-space.ts'

export interface SampleOptions<K> {
  /** The share of rows, or of keys, to keep: from 0 to 1. */
  readonly fraction: number
  /** Keeps all rows of a key or none: the column, or columns, that make up the key. */
  readonly by?: K | readonly K[]
}

/**
 * Keeps a share of the rows, chosen by a hash: of the key, else of the record's place in the log (of the
 * event time where rows were computed by a step). The same rows in every run.
 */
export function sample<T, K extends keyof T & string>(
  options: SampleOptions<K>,
): OperatorFunction<Batch<T>, Batch<T>> {
  const { fraction, by } = options
  if (!(fraction >= 0 && fraction <= 1)) {
    throw new HeadraceError(
      'HR_CONFIG_INVALID',
      `fraction of sample is ${fraction}, and has to be from 0 to 1`,
    )
  }
  const bound = fraction * 2 ** 32
  return operator<T, T>({
    kind: 'sample',
    id: null,
    start: ([schema], context) => {
      const space = by === undefined ? null : new KeySpace(schema, by, context.id)
      return {
        schema,
        push: batch => {
          const { rows, arena } = batch
          const hashes = arena.f64(rows)
          hash(space === null ? placesOf(batch) : space.keysOf(batch), rows, hashes)
          const kept = arena.i32(rows)
          let count = 0
          for (let row = 0; row < rows; row++) if (hashes[row] < bound) kept[count++] = row
          context.emit(count === rows ? batch : batch.pick(kept, count))
        },
      }
    },
  })
}

/** What tells rows apart where there is no key, however the log is cut into batches. */
function placesOf(batch: Batch): Float64Array {
  if (!batch.isRecord) return batch.time
  const { offset } = batch.tick
  const out = batch.arena.f64(batch.rows)
  for (let row = 0; row < batch.rows; row++) out[row] = offset[batch.causeOf(row)]
  return out
}

/** Evenly spread numbers from 0 to 2^32, the same for the same key. */
function hash(keys: BatchKeys, rows: number, out: Float64Array): void {
  if (keys instanceof Float64Array) {
    const words = new Int32Array(2)
    const bits = new Float64Array(words.buffer)
    for (let row = 0; row < rows; row++) {
      // -0 and 0 are one key.
      bits[0] = keys[row] + 0
      out[row] = mix(words[0] ^ mix(words[1]))
    }
    return
  }
  const { bytes, start, end } = keys
  for (let row = 0; row < rows; row++) {
    let code = end[row] - start[row]
    for (let at = start[row]; at < end[row]; at++) code = Math.imul(code ^ bytes[at], 0x01000193)
    out[row] = mix(code)
  }
}

function mix(word: number): number {
  let mixed = Math.imul(word ^ (word >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}
