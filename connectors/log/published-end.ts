import path from 'node:path'
import { crc32c } from '@node-rs/crc32'
import { readInt64, writeInt64 } from '../../engine/codec/data-view.ts'
import { HeadraceError } from '../../engine/errors.ts'
import type { FileOps } from '../../engine/files/files.ts'
import { readFully, replaceFile, writeFully } from '../../engine/files/files.ts'
import { partitionPlace } from './log-errors.ts'
import { listSegments } from './segment-files.ts'

export const publishedFile = 'committed'

const magic = 0x48525031 // HRP1
const slotBytes = 32
/** The slots lie in different pages, so that no torn write reaches both. */
const slotDistance = 4096

/**
 * Which offsets of a partition readers may see: from `start` up to, not including, `end`. They live in a
 * small file of two slots that are written in turn; the intact one with the higher sequence counts.
 * A slot: magic uint32, crc32c uint32 (of the rest), sequence, start, end int64.
 */
export class PublishedEnd {
  start = 0
  end = 0
  #sequence = -1
  readonly #files: FileOps
  readonly #fd: number
  readonly #directory: string
  readonly #bytes = new Uint8Array(slotDistance + slotBytes)
  readonly #view = new DataView(this.#bytes.buffer)

  private constructor(files: FileOps, directory: string, fd: number) {
    this.#files = files
    this.#directory = directory
    this.#fd = fd
    this.refresh()
  }

  static open(files: FileOps, directory: string, mode: 'read' | 'update'): PublishedEnd {
    return new PublishedEnd(files, directory, files.open(path.join(directory, publishedFile), mode))
  }

  /** For the writer: where the file is missing, nothing is published yet. */
  static openOrCreate(files: FileOps, directory: string): PublishedEnd {
    if (!files.list(directory).includes(publishedFile)) {
      const start = listSegments(files, directory)[0] ?? 0
      const bytes = new Uint8Array(slotDistance + slotBytes)
      writeSlot(bytes, 0, 0, start, start)
      replaceFile(files, path.join(directory, publishedFile), bytes)
    }
    return PublishedEnd.open(files, directory, 'update')
  }

  /** Reads what the writer, here or in another process, published last. */
  refresh(): void {
    const count = readFully(this.#files, this.#fd, this.#bytes, 0)
    const intact = [0, slotDistance].filter(at => count >= at + slotBytes && slotIsIntact(this.#bytes, at))
    if (intact.length === 0) {
      const place = { ...partitionPlace(this.#directory), file: path.join(this.#directory, publishedFile) }
      throw new HeadraceError('HR_LOG_CORRUPT', 'no copy of the committed end is intact', place)
    }
    for (const at of intact) {
      const sequence = readInt64(this.#view, at + 8)
      if (sequence < this.#sequence) continue
      this.#sequence = sequence
      this.start = readInt64(this.#view, at + 16)
      this.end = readInt64(this.#view, at + 24)
    }
  }

  write(start: number, end: number, sync: boolean): void {
    const sequence = this.#sequence + 1
    const at = sequence % 2 === 0 ? 0 : slotDistance
    writeSlot(this.#bytes, at, sequence, start, end)
    writeFully(this.#files, this.#fd, this.#bytes.subarray(at, at + slotBytes), at)
    if (sync) this.#files.sync(this.#fd)
    this.#sequence = sequence
    this.start = start
    this.end = end
  }

  close(): void {
    this.#files.close(this.#fd)
  }
}

function writeSlot(bytes: Uint8Array, at: number, sequence: number, start: number, end: number): void {
  const view = new DataView(bytes.buffer)
  view.setUint32(at, magic)
  writeInt64(view, at + 8, sequence)
  writeInt64(view, at + 16, start)
  writeInt64(view, at + 24, end)
  view.setUint32(at + 4, crc32c(bytes.subarray(at + 8, at + slotBytes)))
}

function slotIsIntact(bytes: Uint8Array, at: number): boolean {
  const view = new DataView(bytes.buffer)
  if (view.getUint32(at) !== magic) return false
  return view.getUint32(at + 4) === crc32c(bytes.subarray(at + 8, at + slotBytes))
}
