import { crc32c } from '@node-rs/crc32'
import { HeadraceError } from '../../errors.ts'
import type { FileOps } from '../../files/files.ts'
import { readFully, writeFully } from '../../files/files.ts'

/**
 * An append-only file of checksummed frames, little-endian:
 *
 *   0  magic u32 | 4  crc32c u32 of the next 8 bytes | 8  version u32 | 12  generation u32
 *   16 frames: length u32 | kind u32 | crc32c u32 of the payload | crc32c u32 of the header | payload
 *
 * The checksum of a frame header covers the generation and the frame's position too. So a length can be
 * trusted even where the payload is damaged, and a header found anywhere was written at that very place:
 * this is what tells a torn write (nothing was ever written behind it) from bit rot (something was).
 */
const frameFileVersion = 1
export const firstFrame = 16
const headerBytes = 16
const scanBytes = 1 << 20

/** Kinds are 1 to this: few, so that a search for frames can tell at a glance where none is. */
export const largestKind = 15

export interface FrameHeader {
  readonly position: number
  readonly kind: number
  readonly checksum: number
  /** Of the payload; `end` is also the position of the next frame. */
  readonly start: number
  readonly end: number
}

export interface Frame {
  readonly kind: number
  readonly payload: Uint8Array
  /** Position of the next frame. */
  readonly end: number
}

/** How a file ends: with a whole frame, within one, or with one of full length whose bytes are wrong. */
export type Tail = 'whole' | 'incomplete' | 'damaged'

export interface Scan {
  readonly frames: readonly FrameHeader[]
  /** Behind the last whole frame. */
  readonly end: number
  readonly tail: Tail
}

export class FrameFile {
  path: string
  readonly generation: number
  private readonly files: FileOps
  private readonly fd: number
  private readonly checked = Buffer.alloc(24)
  private readonly header = Buffer.alloc(headerBytes)

  private constructor(files: FileOps, path: string, fd: number, generation: number) {
    this.files = files
    this.path = path
    this.fd = fd
    this.generation = generation
  }

  /** A file with a header and no frame yet; whatever was at this path is overwritten. */
  static create(files: FileOps, path: string, magic: number, generation: number): FrameFile {
    const fd = files.open(path, 'update')
    try {
      files.truncate(fd, 0)
      writeFully(files, fd, fileHeader(magic, frameFileVersion, generation), 0)
    } catch (error) {
      files.close(fd)
      throw error
    }
    return new FrameFile(files, path, fd, generation)
  }

  /** Undefined if the file ends within its header. */
  static open(
    files: FileOps,
    path: string,
    magic: number,
    mode: 'read' | 'update' = 'update',
  ): FrameFile | undefined {
    const fd = files.open(path, mode)
    try {
      const bytes = Buffer.alloc(firstFrame)
      if (readFully(files, fd, bytes, 0) < firstFrame) {
        files.close(fd)
        return undefined
      }
      return new FrameFile(files, path, fd, readGeneration(bytes, magic, path))
    } catch (error) {
      files.close(fd)
      throw error
    }
  }

  get size(): number {
    return this.files.size(this.fd)
  }

  /** Writes a frame, not yet durable; returns the position behind it. */
  write(position: number, kind: number, parts: readonly Uint8Array[]): number {
    let length = 0
    let checksum = 0
    for (const part of parts) {
      length += part.length
      checksum = crc32c(part, checksum)
    }
    const header = this.header
    header.writeUInt32LE(length, 0)
    header.writeUInt32LE(kind, 4)
    header.writeUInt32LE(checksum, 8)
    header.writeUInt32LE(this.headerChecksum(header, 0, position), 12)
    writeFully(this.files, this.fd, header, position)
    let at = position + headerBytes
    for (const part of parts) {
      writeFully(this.files, this.fd, part, at)
      at += part.length
    }
    return at
  }

  sync(): void {
    this.files.sync(this.fd)
  }

  truncate(position: number): void {
    this.files.truncate(this.fd, position)
  }

  rename(path: string): void {
    this.files.rename(this.path, path)
    this.path = path
  }

  close(): void {
    this.files.close(this.fd)
  }

  /** The frame at a position where one has been written. */
  read(position: number): Frame {
    const header = this.readHeader(position)
    if (header === undefined) throw this.corrupt(position, 'its header is damaged')
    const payload = new Uint8Array(header.end - header.start)
    if (readFully(this.files, this.fd, payload, header.start) < payload.length) {
      throw this.corrupt(position, 'the file ends within it')
    }
    if (crc32c(payload) !== header.checksum) throw this.corrupt(position, 'its checksum does not match')
    return { kind: header.kind, payload, end: header.end }
  }

  /**
   * Walks the frame headers and finds where the whole frames end. What lies behind that end is a torn
   * write; damage that cannot be one is HR_STATE_CORRUPT. Payloads before the last one are not looked at.
   */
  scan(): Scan {
    const size = this.size
    const frames: FrameHeader[] = []
    let end = firstFrame
    let next = this.readHeader(end)
    while (next !== undefined && next.end <= size) {
      frames.push(next)
      end = next.end
      next = this.readHeader(end)
    }
    let tail: Tail = 'whole'
    if (end < size) {
      if (next === undefined && this.frameBehind(end, size)) throw this.corrupt(end, 'its header is damaged')
      tail = next === undefined && size - end >= headerBytes ? 'damaged' : 'incomplete'
    } else if (frames.length > 0 && !this.isIntact(frames[frames.length - 1])) {
      tail = 'damaged'
      end = frames[frames.length - 1].position
      frames.pop()
    }
    // A cut makes the frame before it the last one, whose damage would then pass for a torn write.
    if (tail !== 'whole' && frames.length > 0) this.read(frames[frames.length - 1].position)
    return { frames, end, tail }
  }

  corrupt(position: number, what: string): HeadraceError {
    return new HeadraceError('HR_STATE_CORRUPT', `the record at byte ${position} is damaged: ${what}`, {
      file: this.path,
    })
  }

  private isIntact(frame: FrameHeader): boolean {
    const payload = new Uint8Array(frame.end - frame.start)
    readFully(this.files, this.fd, payload, frame.start)
    return crc32c(payload) === frame.checksum
  }

  private readHeader(position: number): FrameHeader | undefined {
    const complete = readFully(this.files, this.fd, this.header, position) === headerBytes
    return complete ? this.parseHeader(this.header, 0, position) : undefined
  }

  private parseHeader(bytes: Buffer, at: number, position: number): FrameHeader | undefined {
    if (bytes.readUInt32LE(at + 12) !== this.headerChecksum(bytes, at, position)) return undefined
    const start = position + headerBytes
    return {
      position,
      kind: bytes.readUInt32LE(at + 4),
      checksum: bytes.readUInt32LE(at + 8),
      start,
      end: start + bytes.readUInt32LE(at),
    }
  }

  private headerChecksum(bytes: Buffer, at: number, position: number): number {
    const checked = this.checked
    checked.writeUInt32LE(this.generation, 0)
    checked.writeDoubleLE(position, 4)
    bytes.copy(checked, 12, at, at + 12)
    return crc32c(checked)
  }

  /** Whether any frame was ever written behind `position`, found by its header alone. */
  private frameBehind(position: number, size: number): boolean {
    const chunk = Buffer.alloc(scanBytes)
    for (let from = position + 1; from + headerBytes <= size; from += scanBytes - headerBytes + 1) {
      const length = readFully(this.files, this.fd, chunk, from)
      for (let at = 0; at + headerBytes <= length; at++) {
        const isKind = (chunk.readUInt32LE(at + 4) - 1) >>> 0 < largestKind
        if (isKind && this.parseHeader(chunk, at, from + at) !== undefined) return true
      }
    }
    return false
  }
}

function fileHeader(magic: number, version: number, generation: number): Buffer {
  const bytes = Buffer.alloc(firstFrame)
  bytes.writeUInt32LE(magic, 0)
  bytes.writeUInt32LE(version, 8)
  bytes.writeUInt32LE(generation, 12)
  bytes.writeUInt32LE(crc32c(bytes.subarray(8)), 4)
  return bytes
}

function readGeneration(bytes: Buffer, magic: number, path: string): number {
  if (bytes.readUInt32LE(0) !== magic || bytes.readUInt32LE(4) !== crc32c(bytes.subarray(8))) {
    throw new HeadraceError('HR_STATE_CORRUPT', 'the header of the file is damaged', { file: path })
  }
  const version = bytes.readUInt32LE(8)
  if (version !== frameFileVersion) {
    throw new HeadraceError(
      'HR_STATE_VERSION',
      `the file has format version ${version}, this Headrace reads version ${frameFileVersion}`,
      { file: path },
    )
  }
  return bytes.readUInt32LE(12)
}
