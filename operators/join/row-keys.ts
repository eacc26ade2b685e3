import { BatchArena, keep } from '../../engine/batch/arena.ts'
import { readValue } from '../../engine/batch/values.ts'
import { HeadraceError } from '../../engine/errors.ts'
import { limits } from '../../engine/limits.ts'
import type { BatchKeys, KeySpace, KeyTable } from '../../engine/state/keys/key-space.ts'
import { slotsOf } from '../../engine/state/keys/key-space.ts'
import { grown } from '../../engine/state/rows/row-store.ts'

const FIRST_KEYS = 128
const SMALL = 1024

/** The keys of the rows of both sides, and how many rows each has. */
export class RowKeys {
  private readonly step: string
  private readonly space: KeySpace
  private table: KeyTable
  private counts: Int32Array = keep.i32(FIRST_KEYS)
  private known = 0
  private total = 0

  constructor(space: KeySpace, step: string) {
    this.space = space
    this.step = step
    this.table = space.newTable()
  }

  get size(): number {
    return this.table.size
  }

  /** The keys as the state stores them. */
  get keyTable(): KeyTable {
    return this.table
  }

  /** Finds or enters keys. */
  slots(keys: BatchKeys, rows: number, out: Int32Array): void {
    slotsOf(this.table, keys, 0, rows, out)
    const { size } = this.table
    if (size > this.counts.length) {
      this.counts = grown(this.counts, Math.max(size, this.counts.length * 2), keep.i32)
    }
    this.counts.fill(0, this.known, size)
    this.known = size
  }

  /** Counts a row in. */
  enter(key: number): void {
    this.counts[key]++
    this.total++
  }

  /** Throws if there are more rows than may be, of the key or in all. */
  check(key: number): void {
    if (this.total > limits.joinRows) {
      throw new HeadraceError('HR_JOIN_FULL', `more than joinRows, ${limits.joinRows}, wait for partners`, {
        step: this.step,
      })
    }
    if (this.counts[key] <= limits.joinRowsPerKey) return
    const message = `more than joinRowsPerKey, ${limits.joinRowsPerKey}, rows of ${this.describe(key)} wait for partners`
    throw new HeadraceError('HR_JOIN_FULL', message, { step: this.step })
  }

  leave(key: number): void {
    this.counts[key]--
    this.total--
  }

  /** Makes the table anew where most keys have no row any more; gives the new slots of the others. */
  forget(): Int32Array | null {
    if (this.known < SMALL) return null
    const moved = new Int32Array(this.known).fill(-1)
    const live: number[] = []
    for (let key = 0; key < this.known; key++) if (this.counts[key] > 0) moved[key] = live.push(key) - 1
    if (live.length > this.known / 2) return null
    const table = this.space.newTable()
    this.space.copy(this.table, Int32Array.from(live), live.length, table)
    live.forEach((key, slot) => {
      this.counts[slot] = this.counts[key]
    })
    this.table.release()
    this.table = table
    this.known = live.length
    return moved
  }

  release(): void {
    this.table.release()
    keep.release(this.counts)
  }

  private describe(key: number): string {
    const arena = new BatchArena()
    const columns = this.space.columns(this.table, Int32Array.of(key), 1, arena)
    const values = columns.map(
      (column, k) => `${this.space.names[k]} ${readValue(this.space.fields[k], column, 0)}`,
    )
    arena.close()
    return values.join(', ')
  }
}
