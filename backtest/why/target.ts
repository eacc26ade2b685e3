import type { Batch } from '../../engine/batch/batch.ts'
import { KeyWriter } from '../../engine/codec/key-writer.ts'
import type { RowFailures } from '../../engine/step.ts'
import type { End } from './end.ts'
import type { RowFilter } from './end-rows.ts'
import { valueText } from './row-text.ts'

/** Which row of an output is asked of. */
export interface Target {
  /** The topic that it is in, or the id of the sink that wrote it. */
  readonly topic?: string
  readonly sink?: string
  /** The record key, as text; of a feature view the entity. */
  readonly key: string
  /** Where the row's window begins; of a row without one its event time. Any where it is not given. */
  readonly window?: number
  /** What has been written: where several rows fit, the one that is it is meant. */
  readonly written?: Readonly<Record<string, unknown>>
}

const ignored: RowFailures = { note: () => {}, without: batch => batch, count: 0 }
const encoder = new TextEncoder()

/** The column with a row's window. */
export const windowColumn = 'windowStart'

/** The rows that a target is. */
export function targetFilter({ key: column }: End, { key, window }: Target): RowFilter {
  const wanted = encoder.encode(key)
  let keys: KeyWriter | undefined
  return batch => {
    keys ??= new KeyWriter('why', column, batch.schema)
    const { bytes, start, end } = keys.write(batch, ignored)
    const found: number[] = []
    for (let row = 0; row < batch.rows; row++) {
      if (start[row] < 0 || end[row] - start[row] !== wanted.length) continue
      if (!isSame(bytes, start[row], wanted)) continue
      if (window === undefined || windowOf(batch, row) === window) found.push(row)
    }
    return found
  }
}

function isSame(bytes: Uint8Array, at: number, wanted: Uint8Array): boolean {
  for (let k = 0; k < wanted.length; k++) if (bytes[at + k] !== wanted[k]) return false
  return true
}

function windowOf(batch: Batch, row: number): number {
  if (!batch.schema.names.includes(windowColumn)) return Math.floor(batch.time[row])
  const column = batch.named(windowColumn)
  return column.layout === 'number' ? column.values[row] : Math.floor(batch.time[row])
}

/** The columns of what was written that a row has otherwise. */
export function differences(written: Target['written'], row: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(written ?? {}).flatMap(([name, value]) =>
    valueText(value) === valueText(row[name]) ? [] : [name],
  )
}
