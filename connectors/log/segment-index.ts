import { readInt64, writeInt64 } from '../../engine/codec/data-view.ts'
import type { FileOps } from '../../engine/files/files.ts'
import { readFully, systemCode, writeFully } from '../../engine/files/files.ts'
import type { BatchFrame } from './batch-frame.ts'

import { segmentFile } from './segment-files.ts'

const offsetEntryBytes = 8
const timeEntryBytes = 12

/**
 * Both indexes of a segment that is being written, in Kafka's format. An offset entry (relative last offset
 * of a batch, its position) stands every `intervalBytes`; a time entry (largest timestamp so far, relative
 * offset of it) beside it whenever the timestamp has grown.
 */
export class SegmentIndex {
  maxTimestamp = -Infinity
  readonly #base: number
  readonly #intervalBytes: number
  readonly #offsets = new EntryList()
  readonly #times = new EntryList()
  #maxTimestampOffset = 0
  #indexedTimestamp = -Infinity
  #bytesSinceEntry = 0

  constructor(base: number, intervalBytes: number) {
    this.#base = base
    this.#intervalBytes = intervalBytes
  }

  add(frame: BatchFrame, position: number): void {
    if (frame.maxTimestamp > this.maxTimestamp) {
      this.maxTimestamp = frame.maxTimestamp
      this.#maxTimestampOffset = frame.lastOffset
    }
    if (this.#bytesSinceEntry > this.#intervalBytes) {
      const at = this.#offsets.grow(offsetEntryBytes)
      this.#offsets.view.setInt32(at, frame.lastOffset - this.#base)
      this.#offsets.view.setInt32(at + 4, position)
      this.#addTime()
      this.#bytesSinceEntry = 0
    }
    this.#bytesSinceEntry += frame.size
  }

  /** The last time entry of a segment holds its largest timestamp. */
  finish(): void {
    this.#addTime()
  }

  /** Writes what has been added since the last time, or all of it over whatever is there. */
  save(files: FileOps, directory: string, whole: boolean, sync: boolean): void {
    this.#offsets.save(files, segmentFile(directory, this.#base, 'index'), whole, sync)
    this.#times.save(files, segmentFile(directory, this.#base, 'timeindex'), whole, sync)
  }

  #addTime(): void {
    if (this.maxTimestamp <= this.#indexedTimestamp) return
    const at = this.#times.grow(timeEntryBytes)
    writeInt64(this.#times.view, at, this.maxTimestamp)
    this.#times.view.setInt32(at + 8, this.#maxTimestampOffset - this.#base)
    this.#indexedTimestamp = this.maxTimestamp
  }
}

class EntryList {
  view = new DataView(new ArrayBuffer(1024))
  #length = 0
  #saved = 0

  grow(count: number): number {
    const at = this.#length
    this.#length += count
    if (this.#length > this.view.byteLength) {
      this.view = new DataView(this.view.buffer.transfer(this.view.byteLength * 2))
    }
    return at
  }

  save(files: FileOps, file: string, whole: boolean, sync: boolean): void {
    if (!whole && !sync && this.#saved === this.#length) return
    const fd = files.open(file, 'update')
    try {
      if (whole) files.truncate(fd, 0)
      const from = whole ? 0 : this.#saved
      writeFully(files, fd, new Uint8Array(this.view.buffer, from, this.#length - from), from)
      if (sync) files.sync(fd)
    } finally {
      files.close(fd)
    }
    this.#saved = this.#length
  }
}

export interface OffsetEntry {
  readonly offset: number
  readonly position: number
}

export interface TimeEntry {
  readonly timestamp: number
  readonly offset: number
}

/** The last offset entry at or before `offset`; undefined if there is none or no whole index. */
export function findOffset(
  files: FileOps,
  dir: string,
  base: number,
  offset: number,
): OffsetEntry | undefined {
  const entry = findEntry(files, segmentFile(dir, base, 'index'), offsetEntryBytes, view => {
    return base + view.getInt32(0) <= offset
  })
  if (entry === undefined || entry.getInt32(4) < 0) return undefined
  return { offset: base + entry.getInt32(0), position: entry.getInt32(4) }
}

/** The last time entry at or before `timestamp`; undefined if there is none or no whole index. */
export function findTime(
  files: FileOps,
  dir: string,
  base: number,
  timestamp: number,
): TimeEntry | undefined {
  const entry = findEntry(files, segmentFile(dir, base, 'timeindex'), timeEntryBytes, view => {
    return readInt64(view, 0) <= timestamp
  })
  return entry && { timestamp: readInt64(entry, 0), offset: base + entry.getInt32(8) }
}

/** Whether both files are there and hold whole entries; what the entries say is checked where it is used. */
export function indexesAreWhole(files: FileOps, directory: string, base: number): boolean {
  const offsets = fileBytes(files, segmentFile(directory, base, 'index'))
  const times = fileBytes(files, segmentFile(directory, base, 'timeindex'))
  return offsets % offsetEntryBytes === 0 && times % timeEntryBytes === 0 && times > 0
}

/** Binary search for the last entry that `holds`. */
function findEntry(
  files: FileOps,
  file: string,
  entryBytes: number,
  holds: (entry: DataView) => boolean,
): DataView | undefined {
  const fd = openIfThere(files, file)
  if (fd === undefined) return undefined
  const entry = new Uint8Array(entryBytes)
  const view = new DataView(entry.buffer)
  try {
    let low = -1
    let high = Math.floor(files.size(fd) / entryBytes)
    while (high - low > 1) {
      const middle = (low + high) >>> 1
      readFully(files, fd, entry, middle * entryBytes)
      if (holds(view)) low = middle
      else high = middle
    }
    if (low < 0) return undefined
    readFully(files, fd, entry, low * entryBytes)
    return view
  } finally {
    files.close(fd)
  }
}

function fileBytes(files: FileOps, file: string): number {
  const fd = openIfThere(files, file)
  if (fd === undefined) return Number.NaN
  try {
    return files.size(fd)
  } finally {
    files.close(fd)
  }
}

function openIfThere(files: FileOps, file: string): number | undefined {
  try {
    return files.open(file, 'read')
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined
    throw error
  }
}
