import type { FileOps } from '../../engine/files/files.ts'
import type { BatchFrame } from './batch-frame.ts'
import { BatchWalker } from './batch-walker.ts'
import { corruptLog } from './log-errors.ts'
import { segmentFile } from './segment-files.ts'
import { findOffset, findTime } from './segment-index.ts'

/** Where a batch begins, and the file that holds it. */
export interface LocatedBatch {
  readonly fd: number
  readonly file: string
  readonly position: number
  readonly frame: BatchFrame
}

/**
 * Opens a segment at the batch that holds `offset`, which must be published and in this segment. An index
 * entry is only believed if the batch that it names is there; else the segment is walked from its start.
 */
export function locateOffset(files: FileOps, directory: string, base: number, offset: number): LocatedBatch {
  const file = segmentFile(directory, base, 'log')
  const fd = files.open(file, 'read')
  try {
    const walker = walkerFrom(files, directory, base, fd, offset)
    let next: number | undefined
    while (walker.next(next)) {
      const { frame, position } = walker
      if (offset <= frame.lastOffset) return { fd, file, position, frame }
      next = frame.lastOffset + 1
    }
    throw corruptLog(file, walker.position, next ?? base, walker.problem ?? 'the file ends')
  } catch (error) {
    files.close(fd)
    throw error
  }
}

/** The first batch of a segment, before `end`, with a record at or after `timestamp`: its base offset. */
export function locateTime(
  files: FileOps,
  directory: string,
  base: number,
  timestamp: number,
  end: number,
): number | undefined {
  const file = segmentFile(directory, base, 'log')
  const fd = files.open(file, 'read')
  try {
    const walker = walkerBefore(files, directory, base, fd, timestamp)
    let next: number | undefined
    while ((next ?? base) < end && walker.next(next)) {
      const { baseOffset, lastOffset, maxTimestamp } = walker.frame
      if (baseOffset >= end) return undefined
      if (maxTimestamp >= timestamp) return baseOffset
      next = lastOffset + 1
    }
    if (walker.problem !== undefined) throw corruptLog(file, walker.position, next ?? base, walker.problem)
    return undefined
  } finally {
    files.close(fd)
  }
}

/** No batch before the walker has a record at or after `timestamp`. */
function walkerBefore(files: FileOps, dir: string, base: number, fd: number, timestamp: number): BatchWalker {
  const entry = findTime(files, dir, base, timestamp)
  if (entry === undefined) return new BatchWalker(files, fd, 0, false)
  const probe = walkerFrom(files, dir, base, fd, entry.offset)
  while (probe.next() && probe.frame.lastOffset < entry.offset);
  const { lastOffset, maxTimestamp } = probe.frame
  const believed = lastOffset === entry.offset && maxTimestamp === entry.timestamp
  return new BatchWalker(files, fd, believed ? probe.position : 0, false)
}

function walkerFrom(
  files: FileOps,
  directory: string,
  base: number,
  fd: number,
  offset: number,
): BatchWalker {
  const entry = findOffset(files, directory, base, offset)
  if (entry === undefined) return new BatchWalker(files, fd, 0, false)
  const probe = new BatchWalker(files, fd, entry.position, false)
  const believed = probe.next() && probe.frame.lastOffset === entry.offset
  return new BatchWalker(files, fd, believed ? entry.position : 0, false)
}
