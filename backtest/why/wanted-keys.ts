import { BatchArena } from '../../engine/batch/arena.ts'
import type { Batch } from '../../engine/batch/batch.ts'
import { batchOfRows } from '../../engine/batch/rows-batch.ts'
import { makeSchema } from '../../engine/batch/schema.ts'
import type { SharedColumns } from '../../engine/lineage.ts'
import type { KeyTable } from '../../engine/state/keys/key-space.ts'
import { findSlots, KeySpace, slotsOf } from '../../engine/state/keys/key-space.ts'

/** Finds the rows of batches of one schema that have the key of a row that is explained. */
export class WantedKeys<W extends { readonly row: Readonly<Record<string, unknown>> }> {
  private readonly space: KeySpace | null
  private readonly table: KeyTable | null
  private readonly bySlot: readonly (readonly W[])[]

  /** Null where the batches have no such columns. */
  static of<W extends { readonly row: Readonly<Record<string, unknown>> }>(
    batch: Batch,
    key: SharedColumns,
    wanted: readonly W[],
  ): WantedKeys<W> | null {
    const { fields } = batch.schema
    return key.every(([taken]) => fields[taken] !== undefined && !fields[taken].nullable)
      ? new WantedKeys(batch, key, wanted)
      : null
  }

  private constructor({ schema }: Batch, key: SharedColumns, wanted: readonly W[]) {
    if (key.length === 0) {
      this.space = null
      this.table = null
      this.bySlot = [wanted]
      return
    }
    const names = key.map(([taken]) => taken)
    const keys = makeSchema('Key', Object.fromEntries(names.map(name => [name, schema.fields[name]])))
    const arena = new BatchArena()
    const rows = wanted.map(({ row }) => Object.fromEntries(key.map(([taken, own]) => [taken, row[own]])))
    this.space = new KeySpace(keys, names, 'why')
    this.table = this.space.newTable()
    const slots = new Int32Array(rows.length)
    const batch = batchOfRows(keys, rows, new Float64Array(rows.length), arena)
    slotsOf(this.table, this.space.keysOf(batch as Batch), 0, rows.length, slots)
    arena.close()
    this.bySlot = Array.from({ length: this.table.size }, (_, slot) =>
      wanted.filter((_, index) => slots[index] === slot),
    )
  }

  /** Calls `found` for each row with such a key, with those that it is the key of. */
  each(batch: Batch, found: (row: number, wanted: readonly W[]) => void): void {
    const { space, table, bySlot } = this
    if (space === null || table === null) {
      for (let row = 0; row < batch.rows; row++) found(row, bySlot[0])
      return
    }
    const slots = batch.arena.i32(batch.rows)
    findSlots(table, space.keysOf(batch), 0, batch.rows, slots)
    for (let row = 0; row < batch.rows; row++) if (slots[row] >= 0) found(row, bySlot[slots[row]])
  }

  release(): void {
    this.table?.release()
  }
}
