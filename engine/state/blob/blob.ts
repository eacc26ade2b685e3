import type { ErrorPlace } from '../../errors.ts'
import { HeadraceError } from '../../errors.ts'
import { limits } from '../../limits.ts'
import type { ColumnKind, Directory, NumberKind, TableEntry } from './blob-format.ts'
import { blobHeaderBytes, cellBytes, encodeDirectory, openBlob, sealBlob } from './blob-format.ts'
import { StateTable } from './blob-table.ts'
import { copyRuns, gatherBytes, gatherRuns, gatherWords } from './gather.ts'

const smallestBuffer = 4096

/**
 * Collects the state of a task's steps as named tables of columns in one growable buffer. `f64`, `i32`
 * and so on take the first rows of an array, `f64At` and so on gather the rows of an index list; `width`
 * consecutive cells belong to a row. `finish` hands out the blob, which is valid until `reset`.
 */
export class StateWriter {
  private buffer = new Uint8Array(smallestBuffer)
  private used = blobHeaderBytes
  private directory: Directory = new Map()
  private current: TableEntry | undefined

  table(name: string, rows: number): this {
    if (this.directory.has(name)) throw misuse(`state table ${name} is written twice`)
    if (!Number.isSafeInteger(rows) || rows < 0) throw misuse(`state table ${name} is given ${rows} rows`)
    this.current = { name, rows, columns: new Map() }
    this.directory.set(name, this.current)
    return this
  }

  f64(column: string, data: Float64Array, width = 1): this {
    return this.copy(column, 'f64', data, width)
  }

  f32(column: string, data: Float32Array, width = 1): this {
    return this.copy(column, 'f32', data, width)
  }

  i32(column: string, data: Int32Array, width = 1): this {
    return this.copy(column, 'i32', data, width)
  }

  u8(column: string, data: Uint8Array, width = 1): this {
    return this.copy(column, 'u8', data, width)
  }

  i64(column: string, data: BigInt64Array, width = 1): this {
    return this.copy(column, 'i64', data, width)
  }

  f64At(column: string, data: Float64Array, indexes: Int32Array, n: number, width = 1): this {
    return this.gather(column, 'f64', data, indexes, n, width)
  }

  f32At(column: string, data: Float32Array, indexes: Int32Array, n: number, width = 1): this {
    return this.gather(column, 'f32', data, indexes, n, width)
  }

  i32At(column: string, data: Int32Array, indexes: Int32Array, n: number, width = 1): this {
    return this.gather(column, 'i32', data, indexes, n, width)
  }

  u8At(column: string, data: Uint8Array, indexes: Int32Array, n: number, width = 1): this {
    return this.gather(column, 'u8', data, indexes, n, width)
  }

  i64At(column: string, data: BigInt64Array, indexes: Int32Array, n: number, width = 1): this {
    return this.gather(column, 'i64', data, indexes, n, width)
  }

  bytes(column: string, starts: Int32Array, ends: Int32Array, bytes: Uint8Array): this {
    const { rows } = this.open()
    let total = 0
    for (let i = 0; i < rows; i++) total += ends[i] - starts[i]
    const [offsets, target] = this.reserveBytes(column, total)
    copyRuns(target, offsets, bytes, starts, ends, rows)
    return this
  }

  bytesAt(
    column: string,
    starts: Int32Array,
    ends: Int32Array,
    bytes: Uint8Array,
    indexes: Int32Array,
    n: number,
  ): this {
    this.checkCount(column, n)
    let total = 0
    for (let i = 0; i < n; i++) total += ends[indexes[i]] - starts[indexes[i]]
    const [offsets, target] = this.reserveBytes(column, total)
    gatherRuns(target, offsets, bytes, starts, ends, indexes, n)
    return this
  }

  /** Well-formed strings: a lone surrogate becomes U+FFFD, as in any UTF-8. */
  strings(column: string, data: readonly string[]): this {
    const { rows } = this.open()
    if (data.length < rows) throw misuse(`state column ${column} has ${data.length} of ${rows} strings`)
    let total = 0
    for (let i = 0; i < rows; i++) total += Buffer.byteLength(data[i])
    const [offsets, target] = this.reserveBytes(column, total)
    const encoder = new TextEncoder()
    let at = 0
    for (let i = 0; i < rows; i++) {
      offsets[i] = at
      at += encoder.encodeInto(data[i], target.subarray(at)).written
    }
    offsets[rows] = at
    return this
  }

  /** A small value that JSON can hold: NaN and infinities are refused, not turned into null. */
  json(column: string, value: unknown): this {
    const text = JSON.stringify(value, (key, part) => {
      if (typeof part === 'number' && !Number.isFinite(part)) {
        throw misuse(`state column ${column} holds ${part} at "${key}", which JSON cannot`)
      }
      return part
    })
    if (text === undefined) throw misuse(`state column ${column} holds ${typeof value}, which JSON cannot`)
    const encoded = new TextEncoder().encode(text)
    const offset = this.reserve(column, 'json', 1, encoded.length)
    this.buffer.set(encoded, offset)
    return this
  }

  /** The blob: a view of the writer's buffer. */
  finish(): Uint8Array {
    const directory = encodeDirectory(this.directory)
    const start = this.used
    this.grow(start + directory.length)
    this.buffer.set(directory, start)
    const blob = this.buffer.subarray(0, start + directory.length)
    sealBlob(blob, directory.length)
    return blob
  }

  /** Starts anew in the same buffer. One that a snapshot made very large is let go. */
  reset(): void {
    if (this.buffer.length > limits.stateBufferKeptBytes) this.buffer = new Uint8Array(smallestBuffer)
    this.used = blobHeaderBytes
    this.directory = new Map()
    this.current = undefined
  }

  private copy(
    column: string,
    kind: NumberKind,
    data: Float64Array | Float32Array | Int32Array | Uint8Array | BigInt64Array,
    width: number,
  ): this {
    const { rows } = this.open()
    if (data.length < rows * width) {
      throw misuse(
        `state column ${column} has ${data.length} cells, ${rows} rows of ${width} are to be written`,
      )
    }
    const length = rows * width * cellBytes[kind]
    const offset = this.reserve(column, kind, width, length)
    this.buffer.set(new Uint8Array(data.buffer, data.byteOffset, length), offset)
    return this
  }

  private gather(
    column: string,
    kind: NumberKind,
    data: Float64Array | Float32Array | Int32Array | Uint8Array | BigInt64Array,
    indexes: Int32Array,
    n: number,
    width: number,
  ): this {
    this.checkCount(column, n)
    const rowBytes = width * cellBytes[kind]
    const offset = this.reserve(column, kind, width, n * rowBytes)
    if (data instanceof Uint8Array) {
      gatherBytes(this.buffer.subarray(offset), data, indexes, n, rowBytes)
    } else {
      const words = new Int32Array(data.buffer, data.byteOffset, data.byteLength / 4)
      const target = new Int32Array(this.buffer.buffer, offset, (n * rowBytes) / 4)
      gatherWords(target, words, indexes, n, rowBytes / 4)
    }
    return this
  }

  private reserveBytes(column: string, total: number): [offsets: Int32Array, target: Uint8Array] {
    const cells = this.open().rows + 1
    const offset = this.reserve(column, 'bytes', 1, cells * 4 + total)
    const start = offset + cells * 4
    return [new Int32Array(this.buffer.buffer, offset, cells), this.buffer.subarray(start, start + total)]
  }

  /** Enters a column into the directory and returns where its `length` bytes go. */
  private reserve(column: string, kind: ColumnKind, width: number, length: number): number {
    const { name, columns } = this.open()
    if (columns.has(column)) throw misuse(`state column ${name}.${column} is written twice`)
    const offset = this.used
    const end = offset + length
    const aligned = Math.ceil(end / 8) * 8
    this.grow(aligned)
    this.buffer.fill(0, end, aligned)
    this.used = aligned
    columns.set(column, { name: column, kind, width, offset, length })
    return offset
  }

  private grow(bytes: number): void {
    if (bytes <= this.buffer.length) return
    if (bytes > limits.stateBlobBytes) {
      throw new HeadraceError(
        'HR_STATE_TOO_LARGE',
        `the state of this task takes more than ${limits.stateBlobBytes} bytes`,
      )
    }
    const larger = new Uint8Array(Math.min(limits.stateBlobBytes, Math.max(bytes, this.buffer.length * 2)))
    larger.set(this.buffer.subarray(0, this.used))
    this.buffer = larger
  }

  private checkCount(column: string, n: number): void {
    const { name, rows } = this.open()
    if (n !== rows) throw misuse(`state column ${name}.${column} gathers ${n} rows, its table has ${rows}`)
  }

  private open(): TableEntry {
    if (this.current === undefined) throw misuse('a state column is written before its table')
    return this.current
  }
}

function misuse(message: string): HeadraceError {
  return new HeadraceError('HR_INTERNAL', message)
}

/** Reads a blob. Damage shows at once, in the constructor. `place` says in errors where the blob came from. */
export class StateReader {
  private readonly blob: Uint8Array
  private readonly place: ErrorPlace
  private readonly directory: Directory

  constructor(blob: Uint8Array, place: ErrorPlace = {}) {
    this.blob = blob
    this.place = place
    this.directory = openBlob(blob, place)
  }

  tables(): string[] {
    return [...this.directory.keys()]
  }

  table(name: string): StateTable | undefined {
    const entry = this.directory.get(name)
    return entry && new StateTable(this.blob, entry, this.place)
  }
}
