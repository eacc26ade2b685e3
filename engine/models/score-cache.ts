import type { BatchArena } from '../batch/arena.ts'
import type { Column } from '../batch/columns.ts'
import { BytesColumn } from '../batch/columns.ts'
import type { Fields } from '../batch/schema.ts'
import { BytesKeys } from '../state/keys/bytes-keys.ts'
import { packKeys } from '../state/keys/key-packing.ts'
import type { CacheBounds } from '../stores/lookup-cache.ts'
import type { OutputColumn } from './output-columns.ts'
import { copyRow, newOutputs } from './output-columns.ts'

/** Answers by slot of their inputs. */
class Generation {
  readonly keys = new BytesKeys()
  readonly answers: OutputColumn[]
  readonly until: Float64Array

  constructor(outputs: Fields, entries: number) {
    this.answers = newOutputs(outputs, entries)
    this.until = new Float64Array(entries)
  }
}

/**
 * Answers to inputs, by the bytes of these. It holds two generations: when the younger one is full, the older one is
 * let go of, so that nothing has to be kept in the order of its use.
 */
export class ScoreCache {
  private readonly entries: number
  private readonly ttlMs: number
  private young: Generation
  private old: Generation

  constructor(outputs: Fields, { entries, ttlMs }: CacheBounds) {
    this.entries = Math.ceil(entries / 2)
    this.ttlMs = ttlMs
    this.young = new Generation(outputs, this.entries)
    this.old = new Generation(outputs, this.entries)
  }

  /** Copies the answers that it has, and gives the rows that it has none for: the first `count` of `unknown`. */
  find(
    keys: BytesColumn,
    rows: number,
    now: number,
    answers: readonly OutputColumn[],
    unknown: Int32Array,
  ): number {
    let count = 0
    for (let row = 0; row < rows; row++) {
      if (this.copy(this.young, keys, row, now, answers) || this.copy(this.old, keys, row, now, answers))
        continue
      unknown[count++] = row
    }
    return count
  }

  /** Remembers the answer to a row's inputs; `now` is when it was asked for. `slots` has room for all rows. */
  keep(
    keys: BytesColumn,
    row: number,
    slots: Int32Array,
    answers: readonly OutputColumn[],
    now: number,
  ): void {
    if (this.young.keys.size >= this.entries && this.young.keys.find(keys, row) < 0) this.turn()
    const { young } = this
    young.keys.slots(keys, row, row + 1, slots)
    copyRow(answers, row, young.answers, slots[row])
    young.until[slots[row]] = now + this.ttlMs
  }

  clear(): void {
    this.young.keys.clear()
    this.old.keys.clear()
  }

  close(): void {
    this.young.keys.release()
    this.old.keys.release()
  }

  private copy(
    { keys: table, until, answers: kept }: Generation,
    keys: BytesColumn,
    row: number,
    now: number,
    answers: readonly OutputColumn[],
  ): boolean {
    const slot = table.find(keys, row)
    if (slot < 0 || until[slot] <= now) return false
    copyRow(kept, slot, answers, row)
    return true
  }

  private turn(): void {
    const { old } = this
    old.keys.clear()
    this.old = this.young
    this.young = old
  }
}

/** The inputs of each row as one string of bytes. */
export function inputKeys(inputs: readonly Column[], rows: number, arena: BatchArena): BytesColumn {
  return packKeys(
    inputs.map(column =>
      column.layout === 'vector' ? vectorBytes(column.values, column.size, rows, arena) : column,
    ),
    rows,
    arena,
  )
}

function vectorBytes(values: Float32Array, size: number, rows: number, arena: BatchArena): BytesColumn {
  const start = arena.i32(rows)
  const end = arena.i32(rows)
  for (let row = 0; row < rows; row++) {
    start[row] = row * size * 4
    end[row] = (row + 1) * size * 4
  }
  return new BytesColumn(new Uint8Array(values.buffer, values.byteOffset, rows * size * 4), start, end)
}
