import { decodeText } from '../../batch/text.ts'
import type { ErrorPlace } from '../../errors.ts'
import { HeadraceError } from '../../errors.ts'
import type { ColumnEntry, ColumnKind, TableEntry } from './blob-format.ts'

export interface BytesView {
  readonly starts: Int32Array
  readonly ends: Int32Array
  readonly bytes: Uint8Array
}

/**
 * One table of a blob. A column that is not there is undefined. Arrays are views of the blob where its
 * position in memory allows, else copies; either way they live as long as the blob.
 */
export class StateTable {
  readonly name: string
  readonly rows: number
  private readonly blob: Uint8Array
  private readonly entry: TableEntry
  private readonly place: ErrorPlace

  constructor(blob: Uint8Array, entry: TableEntry, place: ErrorPlace) {
    this.name = entry.name
    this.rows = entry.rows
    this.blob = blob
    this.entry = entry
    this.place = place
  }

  columns(): ColumnEntry[] {
    return [...this.entry.columns.values()]
  }

  has(column: string): boolean {
    return this.entry.columns.has(column)
  }

  /** Cells a row of the column. */
  width(column: string): number | undefined {
    return this.entry.columns.get(column)?.width
  }

  f64(column: string): Float64Array | undefined {
    const bytes = this.cells(column, 'f64')
    return bytes && new Float64Array(bytes.buffer, bytes.byteOffset, bytes.length / 8)
  }

  f32(column: string): Float32Array | undefined {
    const bytes = this.cells(column, 'f32')
    return bytes && new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)
  }

  i32(column: string): Int32Array | undefined {
    const bytes = this.cells(column, 'i32')
    return bytes && new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)
  }

  u8(column: string): Uint8Array | undefined {
    return this.cells(column, 'u8')
  }

  i64(column: string): BigInt64Array | undefined {
    const bytes = this.cells(column, 'i64')
    return bytes && new BigInt64Array(bytes.buffer, bytes.byteOffset, bytes.length / 8)
  }

  bytes(column: string): BytesView | undefined {
    const cells = this.cells(column, 'bytes')
    if (cells === undefined) return undefined
    const offsets = new Int32Array(cells.buffer, cells.byteOffset, this.rows + 1)
    return {
      starts: offsets.subarray(0, this.rows),
      ends: offsets.subarray(1),
      bytes: cells.subarray(offsets.byteLength),
    }
  }

  strings(column: string): string[] | undefined {
    const view = this.bytes(column)
    if (view === undefined) return undefined
    const { starts, ends, bytes } = view
    return Array.from({ length: this.rows }, (_, row) => decodeText(bytes, starts[row], ends[row]))
  }

  json(column: string): unknown {
    const bytes = this.cells(column, 'json')
    return bytes && JSON.parse(decodeText(bytes, 0, bytes.length))
  }

  /** The bytes of a column, at a position in memory that any typed array accepts. */
  private cells(column: string, kind: ColumnKind): Uint8Array | undefined {
    const found = this.entry.columns.get(column)
    if (found === undefined) return undefined
    if (found.kind !== kind) {
      throw new HeadraceError(
        'HR_STATE_INCOMPATIBLE',
        `column ${column} of state table ${this.name} was stored as ${found.kind} and is now read as ${kind}`,
        this.place,
      )
    }
    const cells = this.blob.subarray(found.offset, found.offset + found.length)
    return cells.byteOffset % 8 === 0 ? cells : new Uint8Array(cells)
  }
}
