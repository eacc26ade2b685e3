import type { FileOps } from '../../engine/files/files.ts'
import { writeFully } from '../../engine/files/files.ts'
import type { BatchFrame } from './batch-frame.ts'
import type { ClosedSegment, ScannedSegment } from './partition-recovery.ts'
import { segmentFile } from './segment-files.ts'
import { SegmentIndex } from './segment-index.ts'

const pendingCapacity = 256 << 10

/** The segment at the end of a partition: collects small appends into large writes, and keeps its indexes. */
export class ActiveSegment {
  readonly base: number
  /** With what is not written yet. */
  bytes: number
  readonly #files: FileOps
  readonly #directory: string
  readonly #fd: number
  readonly #index: SegmentIndex
  #pending = new Uint8Array(0)
  #pendingBytes = 0
  #unsynced = false

  private constructor(
    files: FileOps,
    directory: string,
    from: Omit<ScannedSegment, 'problem' | 'nextOffset'>,
  ) {
    this.#files = files
    this.#directory = directory
    this.#index = from.index
    this.base = from.base
    this.bytes = from.bytes
    this.#fd = files.open(segmentFile(directory, from.base, 'log'), 'update')
  }

  static create(files: FileOps, directory: string, base: number, indexIntervalBytes: number): ActiveSegment {
    const index = new SegmentIndex(base, indexIntervalBytes)
    return ActiveSegment.resume(files, directory, { base, bytes: 0, index })
  }

  /** Goes on behind the intact part of a segment; what follows it in the file is cut off. */
  static resume(
    files: FileOps,
    directory: string,
    intact: Omit<ScannedSegment, 'problem' | 'nextOffset'>,
  ): ActiveSegment {
    const segment = new ActiveSegment(files, directory, intact)
    try {
      if (files.size(segment.#fd) > intact.bytes) files.truncate(segment.#fd, intact.bytes)
      segment.#index.save(files, directory, true, false)
      segment.#unsynced = true
      return segment
    } catch (error) {
      segment.close()
      throw error
    }
  }

  /** Adds a batch to the indexes; its bytes follow in `append`, together with others. */
  note(frame: BatchFrame, position: number): void {
    this.#index.add(frame, position)
  }

  append(bytes: Uint8Array): void {
    if (bytes.length === 0) return
    this.#unsynced = true
    if (this.#pendingBytes + bytes.length > pendingCapacity) this.#drain()
    if (bytes.length > pendingCapacity) {
      writeFully(this.#files, this.#fd, bytes, this.bytes)
      this.bytes += bytes.length
      return
    }
    this.bytes += bytes.length
    if (this.#pending.length === 0) this.#pending = new Uint8Array(pendingCapacity)
    this.#pending.set(bytes, this.#pendingBytes)
    this.#pendingBytes += bytes.length
  }

  /** Everything appended is in the file, and durable if `sync`. */
  flush(sync: boolean): void {
    this.#drain()
    this.#index.save(this.#files, this.#directory, false, false)
    if (!sync || !this.#unsynced) return
    this.#files.sync(this.#fd)
    this.#unsynced = false
  }

  /** The last flush, before another segment takes over. */
  finish(sync: boolean): ClosedSegment {
    this.#index.finish()
    this.flush(sync)
    this.#index.save(this.#files, this.#directory, false, sync)
    return { base: this.base, bytes: this.bytes, maxTimestamp: this.#index.maxTimestamp }
  }

  close(): void {
    this.#files.close(this.#fd)
  }

  #drain(): void {
    if (this.#pendingBytes === 0) return
    const position = this.bytes - this.#pendingBytes
    writeFully(this.#files, this.#fd, this.#pending.subarray(0, this.#pendingBytes), position)
    this.#pendingBytes = 0
  }
}
