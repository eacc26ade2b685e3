import type { ClosedSegment } from './partition-recovery.ts'

/** What a partition keeps: records not older than `retentionMs`, at most about `retentionBytes`; -1 is all. */
export interface Retention {
  readonly retentionMs: number
  readonly retentionBytes: number
}

/**
 * How many of the closed segments, from the first on, may go. One goes by age when its newest record is too
 * old, and never by age when its records carry no timestamp (-1).
 */
export function countExpired(
  closed: readonly ClosedSegment[],
  active: { readonly base: number; readonly bytes: number },
  publishedEnd: number,
  { retentionMs, retentionBytes }: Retention,
  nowMs: number,
): number {
  let bytes = closed.reduce((sum, segment) => sum + segment.bytes, active.bytes)
  let count = 0
  for (const { bytes: segmentBytes, maxTimestamp } of closed) {
    const nextBase = closed[count + 1]?.base ?? active.base
    const old = retentionMs >= 0 && maxTimestamp !== -1 && maxTimestamp < nowMs - retentionMs
    const crowded = retentionBytes >= 0 && bytes - segmentBytes >= retentionBytes
    if (nextBase > publishedEnd || !(old || crowded)) break
    bytes -= segmentBytes
    count++
  }
  return count
}
