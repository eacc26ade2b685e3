import { BATCH_HEADER_BYTES } from '../../engine/codec/record/batch.ts'
import type { FileOps } from '../../engine/files/files.ts'
import { readFully } from '../../engine/files/files.ts'
import { BatchFrame, checksumHolds } from './batch-frame.ts'

const windowBytes = 64 << 10

/** Goes from batch to batch through a segment's file, reading headers, and whole batches only to check them. */
export class BatchWalker {
  readonly frame = new BatchFrame()
  /** Where the current batch begins; once `next` has returned false, where the intact part ends. */
  position: number
  /** Why `next` returned false, unless the file just ends there. */
  problem: string | undefined = undefined

  readonly #files: FileOps
  readonly #fd: number
  readonly #fileBytes: number
  readonly #checkCrc: boolean
  #following: number
  #window = new Uint8Array(0)
  #view = new DataView(this.#window.buffer)
  #windowStart = 0

  constructor(files: FileOps, fd: number, position: number, checkCrc: boolean) {
    this.#files = files
    this.#fd = fd
    this.#fileBytes = files.size(fd)
    this.#checkCrc = checkCrc
    this.position = position
    this.#following = position
  }

  /** Moves to the next batch. `expected` is the offset it must begin with, where that is known. */
  next(expected?: number): boolean {
    this.position = this.#following
    if (this.position === this.#fileBytes) return false
    this.problem = this.#look(expected)
    if (this.problem !== undefined) return false
    this.#following = this.position + this.frame.size
    return true
  }

  #look(expected: number | undefined): string | undefined {
    const { frame, position } = this
    if (!this.#load(BATCH_HEADER_BYTES)) return 'file ends within a batch header'
    const problem = frame.read(this.#view, position - this.#windowStart)
    if (problem !== undefined) return problem
    if (expected !== undefined && frame.baseOffset !== expected) {
      return `batch of offset ${frame.baseOffset} where ${expected} was due`
    }
    if (position + frame.size > this.#fileBytes) return 'file ends within a batch'
    if (!this.#checkCrc) return undefined
    if (!this.#load(frame.size)) return 'file ends within a batch'
    const start = position - this.#windowStart
    return checksumHolds(this.#window.subarray(start, start + frame.size)) ? undefined : 'checksum mismatch'
  }

  /** Has the window hold at least `count` bytes from the current position, if the file does. */
  #load(count: number): boolean {
    const { position } = this
    if (position >= this.#windowStart && position + count <= this.#windowStart + this.#window.length)
      return true
    if (position + count > this.#fileBytes) return false
    const wanted = Math.min(Math.max(count, windowBytes), this.#fileBytes - position)
    const buffer = this.#window.buffer.byteLength >= wanted ? this.#window.buffer : new ArrayBuffer(wanted)
    this.#window = new Uint8Array(buffer, 0, wanted)
    this.#view = new DataView(buffer)
    this.#windowStart = position
    return readFully(this.#files, this.#fd, this.#window, position) === wanted
  }
}
