import { BATCH_HEADER_BYTES } from '../../engine/codec/record/batch.ts'
import { HeadraceError } from '../../engine/errors.ts'
import type { FileOps } from '../../engine/files/files.ts'
import { diskFiles, readFully, systemCode } from '../../engine/files/files.ts'
import { limits } from '../../engine/limits.ts'
import { BatchFrame } from './batch-frame.ts'
import { whenMoved } from './end-signal.ts'
import { corruptLog, partitionPlace, withLogErrors } from './log-errors.ts'
import { PublishedEnd, publishedFile } from './published-end.ts'
import { listSegments, segmentAt, segmentFile } from './segment-files.ts'
import { locateOffset, locateTime } from './segment-lookup.ts'

export interface ReadResult {
  /** Whole record batches one behind the other; none at the end of what is published. */
  readonly bytes: Uint8Array
  /** First offset of the first batch: at or before the offset asked for. */
  readonly baseOffset: number
  /** Where the next read goes on. */
  readonly nextOffset: number
}

/** Reads what is published of a partition, here or while another process writes it. */
export class PartitionReader {
  readonly #directory: string
  readonly #files: FileOps
  readonly #published: PublishedEnd
  readonly #frame = new BatchFrame()
  #fd: number | undefined
  #file = ''
  /** The batch that begins at byte `#position` of the open segment begins with offset `#base`. */
  #position = 0
  #base = 0
  /** A read from here goes on at `#position` without a search. */
  #nextOffset = -1

  private constructor(directory: string, files: FileOps) {
    this.#directory = directory
    this.#files = files
    this.#published = PublishedEnd.open(files, directory, 'read')
  }

  static open(directory: string, { files = diskFiles }: { readonly files?: FileOps } = {}): PartitionReader {
    return withLogErrors(directory, () => new PartitionReader(directory, files))
  }

  /** The first offset that retention has left. */
  startOffset(): number {
    withLogErrors(this.#directory, () => this.#published.refresh())
    return this.#published.start
  }

  /** The end of what is published right now. */
  endOffset(): number {
    withLogErrors(this.#directory, () => this.#published.refresh())
    return this.#published.end
  }

  /**
   * Reads whole batches, from the one that holds `fromOffset` on, at most `maxBytes` of them but at least one,
   * from one segment. They lie in `into`, unless it is too small for the one.
   */
  read(fromOffset: number, maxBytes: number = limits.fetchBytes, into?: Uint8Array): ReadResult {
    return withLogErrors(this.#directory, () => {
      // A reader that is behind has enough to read without asking anew.
      if (fromOffset >= this.#published.end) this.#published.refresh()
      this.#assertInRange(fromOffset)
      if (fromOffset === this.#published.end) {
        return { bytes: new Uint8Array(0), baseOffset: fromOffset, nextOffset: fromOffset }
      }
      const room = Math.max(Math.min(maxBytes, into?.length ?? maxBytes), BATCH_HEADER_BYTES)
      const buffer = into !== undefined && into.length >= room ? into.subarray(0, room) : new Uint8Array(room)
      return this.#gather(this.#fill(fromOffset, buffer))
    })
  }

  /**
   * An offset before which no record is at or after `timestamp`: that of the first batch with such a record,
   * or the published end. Earlier records of the same batch are the reader's to skip.
   */
  offsetForTime(timestamp: number): number {
    return withLogErrors(this.#directory, () => {
      this.#published.refresh()
      const { start, end } = this.#published
      const bases = listSegments(this.#files, this.#directory)
      for (const base of bases.slice(Math.max(0, segmentAt(bases, start)))) {
        if (base >= end) break
        const found = locateTime(this.#files, this.#directory, base, timestamp, end)
        if (found !== undefined) return found
      }
      return end
    })
  }

  /** Largest timestamp of the last published batch; undefined if there is none. */
  lastTimestamp(): number | undefined {
    return withLogErrors(this.#directory, () => {
      this.#published.refresh()
      const { start, end } = this.#published
      if (start === end) return undefined
      const { fd, frame } = locateOffset(this.#files, this.#directory, this.#segmentOf(end - 1), end - 1)
      this.#files.close(fd)
      return frame.maxTimestamp
    })
  }

  /** Resolves when the published end is past `seenEnd`, by default the end this reader saw last. */
  changed(signal?: AbortSignal, seenEnd: number = this.#published.end): Promise<void> {
    return whenMoved(this.#directory, publishedFile, () => this.endOffset() !== seenEnd, signal)
  }

  close(): void {
    this.#closeSegment()
    this.#published.close()
  }

  #assertInRange(offset: number): void {
    const { start, end } = this.#published
    if (offset >= start && offset <= end) return
    const code = offset < start ? 'HR_OFFSET_EXPIRED' : 'HR_OFFSET_BEYOND_END'
    const message = `there are offsets from ${start} up to ${end}`
    throw new HeadraceError(code, message, { ...partitionPlace(this.#directory), offset })
  }

  /** The file's bytes from the batch that holds `fromOffset` on; the whole of that batch at least. */
  #fill(fromOffset: number, buffer: Uint8Array): Uint8Array {
    if (fromOffset !== this.#nextOffset) this.#seek(fromOffset)
    let count = this.#readInto(buffer)
    if (count === 0) {
      this.#seek(fromOffset)
      count = this.#readInto(buffer)
    }
    const bytes = buffer.subarray(0, count)
    if (count < BATCH_HEADER_BYTES) throw this.#corrupt('the file ends within a batch header')
    const problem = this.#frame.read(new DataView(bytes.buffer, bytes.byteOffset, count), 0)
    if (problem !== undefined) throw this.#corrupt(problem)
    if (this.#frame.size <= count) return bytes
    const whole = new Uint8Array(this.#frame.size)
    if (this.#readInto(whole) < whole.length) throw this.#corrupt('the file ends within a batch')
    return whole
  }

  /** Cuts what was read to whole published batches, and moves behind them. */
  #gather(bytes: Uint8Array): ReadResult {
    const frame = this.#frame
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    const { end } = this.#published
    const baseOffset = this.#base
    let next = baseOffset
    let at = 0
    while (next < end && at + BATCH_HEADER_BYTES <= bytes.length) {
      const problem =
        frame.read(view, at) ?? (frame.baseOffset === next ? undefined : `offset ${frame.baseOffset} follows`)
      if (problem !== undefined && at === 0) throw this.#corrupt(problem)
      if (problem !== undefined || at + frame.size > bytes.length) break
      next = frame.lastOffset + 1
      at += frame.size
    }
    this.#position += at
    this.#base = next
    this.#nextOffset = next
    return { bytes: bytes.subarray(0, at), baseOffset, nextOffset: next }
  }

  #seek(offset: number): void {
    this.#nextOffset = -1
    this.#closeSegment()
    try {
      const found = locateOffset(this.#files, this.#directory, this.#segmentOf(offset), offset)
      this.#fd = found.fd
      this.#file = found.file
      this.#position = found.position
      this.#base = found.frame.baseOffset
    } catch (error) {
      if (systemCode(error) === 'ENOENT') this.#assertStillThere(offset)
      throw error
    }
  }

  #segmentOf(offset: number): number {
    const bases = listSegments(this.#files, this.#directory)
    const at = segmentAt(bases, offset)
    if (at >= 0) return bases[at]
    this.#assertStillThere(offset)
    throw corruptLog(segmentFile(this.#directory, offset, 'log'), 0, offset, 'the segment is missing')
  }

  /** Retention may have removed a segment between the check of the offset and the opening of the file. */
  #assertStillThere(offset: number): void {
    this.#published.refresh()
    this.#assertInRange(offset)
  }

  #readInto(buffer: Uint8Array): number {
    return this.#fd === undefined ? 0 : readFully(this.#files, this.#fd, buffer, this.#position)
  }

  #corrupt(problem: string): HeadraceError {
    return corruptLog(this.#file, this.#position, this.#base, problem)
  }

  #closeSegment(): void {
    if (this.#fd !== undefined) this.#files.close(this.#fd)
    this.#fd = undefined
  }
}
