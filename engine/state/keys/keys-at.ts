import { BytesColumn } from '../../batch/columns.ts'
import type { BatchKeys, KeyTable } from './key-space.ts'
import { NumberKeys } from './number-keys.ts'

/** The keys of the given slots, to be looked up in another table; valid until this one changes. */
export function keysAt(table: KeyTable, slots: Int32Array): BatchKeys {
  if (table instanceof NumberKeys) {
    const { bySlot } = table
    return Float64Array.from(slots, slot => bySlot[slot])
  }
  const { bytes, start, end } = table.column()
  return new BytesColumn(
    bytes,
    slots.map(slot => start[slot]),
    slots.map(slot => end[slot]),
  )
}
