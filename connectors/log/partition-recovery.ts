import type { FileOps } from '../../engine/files/files.ts'
import { BatchWalker } from './batch-walker.ts'
import { corruptLog } from './log-errors.ts'
import type { PublishedEnd } from './published-end.ts'
import { listSegments, removeSegment, segmentAt, segmentFile } from './segment-files.ts'
import { findOffset, findTime, indexesAreWhole, SegmentIndex } from './segment-index.ts'

/** A segment as far as it is intact. */
export interface ScannedSegment {
  readonly base: number
  readonly bytes: number
  readonly nextOffset: number
  readonly index: SegmentIndex
  /** What ended the scan, unless the end of the file or the wanted offset. */
  readonly problem: string | undefined
}

export interface ClosedSegment {
  readonly base: number
  readonly bytes: number
  readonly maxTimestamp: number
}

export interface RecoveredPartition {
  readonly closed: ClosedSegment[]
  /** The last segment, to go on writing to; undefined if the partition has none yet. */
  readonly tail: ScannedSegment | undefined
}

/** Reads a segment from its start, checking every batch, to its end or to the batch of offset `until`. */
export function scanSegment(
  files: FileOps,
  directory: string,
  base: number,
  indexIntervalBytes: number,
  until = Infinity,
): ScannedSegment {
  const fd = files.open(segmentFile(directory, base, 'log'), 'read')
  try {
    const walker = new BatchWalker(files, fd, 0, true)
    const index = new SegmentIndex(base, indexIntervalBytes)
    let nextOffset = base
    while (nextOffset < until && walker.next(nextOffset)) {
      index.add(walker.frame, walker.position)
      nextOffset = walker.frame.lastOffset + 1
    }
    const bytes = nextOffset < until ? walker.position : walker.position + walker.frame.size
    return { base, bytes, nextOffset, index, problem: walker.problem }
  } finally {
    files.close(fd)
  }
}

/**
 * Brings a partition's files in order after whatever ended its last writer. From the segment that holds the
 * published end on, every batch is checked: damage before that end is an error, what lies behind damage after
 * it is cut off. Segments before that one are only checked for their ends and indexes.
 */
export function recoverPartition(
  files: FileOps,
  directory: string,
  published: PublishedEnd,
  indexIntervalBytes: number,
): RecoveredPartition {
  const { start, end } = published
  const bases = dropExpired(files, directory, start)
  if (bases.length === 0 && end === start) return { closed: [], tail: undefined }
  if (bases.length === 0 || bases[0] > start) {
    throw corruptLog(segmentFile(directory, start, 'log'), 0, start, 'the segment is missing')
  }
  const firstOpen = segmentAt(bases, end)
  const closed = bases.slice(0, firstOpen).map((base, at) => {
    return checkClosed(files, directory, base, bases[at + 1], indexIntervalBytes)
  })
  for (let at = firstOpen; ; at++) {
    const scanned = scanSegment(files, directory, bases[at], indexIntervalBytes)
    const { base, bytes, nextOffset, index } = scanned
    if (nextOffset < end) {
      const problem = scanned.problem ?? 'the file ends'
      throw corruptLog(segmentFile(directory, base, 'log'), bytes, nextOffset, problem)
    }
    const intact = scanned.problem === undefined && bases[at + 1] === nextOffset
    if (!intact) {
      for (const later of bases.slice(at + 1).reverse()) removeSegment(files, directory, later)
      return { closed, tail: scanned }
    }
    index.finish()
    index.save(files, directory, true, true)
    closed.push({ base, bytes, maxTimestamp: index.maxTimestamp })
  }
}

/** Ends a retention that a crash cut short. */
function dropExpired(files: FileOps, directory: string, start: number): number[] {
  const bases = listSegments(files, directory)
  const first = Math.max(0, segmentAt(bases, start))
  for (const base of bases.slice(0, first)) removeSegment(files, directory, base)
  return bases.slice(first)
}

function checkClosed(
  files: FileOps,
  directory: string,
  base: number,
  nextBase: number,
  indexIntervalBytes: number,
): ClosedSegment {
  return (
    checkByIndex(files, directory, base, nextBase) ??
    rebuildClosed(files, directory, base, nextBase, indexIntervalBytes)
  )
}

/** Follows the batches from the last index entry to the file's end; undefined if anything does not fit. */
function checkByIndex(
  files: FileOps,
  dir: string,
  base: number,
  nextBase: number,
): ClosedSegment | undefined {
  const lastTime = findTime(files, dir, base, Infinity)
  if (lastTime === undefined || !indexesAreWhole(files, dir, base)) return undefined
  const entry = findOffset(files, dir, base, Infinity)
  const fd = files.open(segmentFile(dir, base, 'log'), 'read')
  try {
    const walker = new BatchWalker(files, fd, entry?.position ?? 0, false)
    let nextOffset: number | undefined = entry === undefined ? base : undefined
    while (walker.next(nextOffset)) {
      const { lastOffset, maxTimestamp } = walker.frame
      if (nextOffset === undefined && lastOffset !== entry?.offset) return undefined
      if (maxTimestamp > lastTime.timestamp) return undefined
      nextOffset = lastOffset + 1
    }
    if (walker.problem !== undefined || nextOffset !== nextBase) return undefined
    return { base, bytes: walker.position, maxTimestamp: lastTime.timestamp }
  } finally {
    files.close(fd)
  }
}

function rebuildClosed(
  files: FileOps,
  directory: string,
  base: number,
  nextBase: number,
  indexIntervalBytes: number,
): ClosedSegment {
  const { bytes, nextOffset, index, problem } = scanSegment(files, directory, base, indexIntervalBytes)
  if (problem !== undefined || nextOffset !== nextBase) {
    throw corruptLog(segmentFile(directory, base, 'log'), bytes, nextOffset, problem ?? 'the file ends')
  }
  index.finish()
  index.save(files, directory, true, true)
  return { base, bytes, maxTimestamp: index.maxTimestamp }
}
