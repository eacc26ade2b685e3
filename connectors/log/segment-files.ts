import path from 'node:path'
import type { FileOps } from '../../engine/files/files.ts'

export type SegmentExtension = 'log' | 'index' | 'timeindex'

const logName = /^\d{20}\.log$/

/** Kafka's names: the offset of the segment's first record, in 20 digits. */
export function segmentFile(directory: string, base: number, extension: SegmentExtension): string {
  return path.join(directory, `${String(base).padStart(20, '0')}.${extension}`)
}

/** Base offsets of the segments in a directory, ascending. */
export function listSegments(files: FileOps, directory: string): number[] {
  const names = files.list(directory).filter(name => logName.test(name))
  return names.map(name => Number.parseInt(name, 10)).sort((a, b) => a - b)
}

/** The index of the segment that holds `offset`, or would hold it; -1 if all begin later. */
export function segmentAt(bases: readonly number[], offset: number): number {
  return bases.findLastIndex(base => base <= offset)
}

/** The log file goes last: as long as it is there, a removal that a crash cut short is seen and ended. */
export function removeSegment(files: FileOps, directory: string, base: number): void {
  files.remove(segmentFile(directory, base, 'index'))
  files.remove(segmentFile(directory, base, 'timeindex'))
  files.remove(segmentFile(directory, base, 'log'))
}
