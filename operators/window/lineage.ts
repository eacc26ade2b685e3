import type { ComputedRow, Lineage } from '../../engine/lineage.ts'
import { sameNames } from '../../engine/lineage.ts'

/** Of a window of fixed length: the rows of its key from its start to before its end. */
export function windowLineage(key: readonly string[], sizeMs: number): Lineage {
  const within = ({ row }: ComputedRow, time: number) => {
    const start = row.windowStart as number
    return time >= start && time < start + sizeMs
  }
  const closesAt = ({ row }: ComputedRow) => (row.windowStart as number) + sizeMs
  return { inputs: [{ key: sameNames(key), within, closesAt }], exact: true, withCause: false }
}

/** Of a session: the rows of its key from the first to the last. A late one would have prolonged it, or joined two. */
export function sessionLineage(key: readonly string[], gapMs: number): Lineage {
  const between = (room: number) => {
    return ({ row }: ComputedRow, time: number) => {
      const start = row.windowStart as number
      const end = (row.windowEnd as number | undefined) ?? start
      return time >= start - room && time <= end + room
    }
  }
  const input = { key: sameNames(key), within: between(0), near: between(gapMs) }
  return { inputs: [input], exact: true, withCause: false }
}
