import { crc32c } from '@node-rs/crc32'
import type { ErrorPlace } from '../../errors.ts'
import { HeadraceError, messageOf } from '../../errors.ts'

/**
 * The bytes of a state blob, little-endian as every typed array on the machines that Node runs on:
 *
 *   0  magic u32 | 4  crc32c u32 of all that follows | 8  version u32 | 12  directory length u32
 *   16 columns, each at a multiple of 8, zeros between them
 *   .. directory, up to the end: JSON [[table, rows, [[column, kind, width, offset, length], ...]], ...]
 *
 * A column of numbers is rows * width cells. A `bytes` column is rows + 1 int32 offsets and the bytes
 * they point into. A `json` column is one JSON text. Magic and checksum keep their place in every
 * version, so that damage is told apart from a format of the future.
 */
export const blobVersion = 1
export const blobHeaderBytes = 16
const magic = 0x42535248

export const cellBytes = { f64: 8, f32: 4, i32: 4, i64: 8, u8: 1 } as const
export type NumberKind = keyof typeof cellBytes
export type ColumnKind = NumberKind | 'bytes' | 'json'

export interface ColumnEntry {
  readonly name: string
  readonly kind: ColumnKind
  /** Cells a row. */
  readonly width: number
  /** Where the column starts in the blob, and how many bytes it takes. */
  readonly offset: number
  readonly length: number
}

export interface TableEntry {
  readonly name: string
  readonly rows: number
  readonly columns: Map<string, ColumnEntry>
}

export type Directory = Map<string, TableEntry>

type ColumnRow = [name: string, kind: ColumnKind, width: number, offset: number, length: number]
type TableRow = [name: string, rows: number, columns: ColumnRow[]]

export function encodeDirectory(directory: Directory): Uint8Array {
  const tables: TableRow[] = []
  for (const { name, rows, columns } of directory.values()) {
    tables.push([name, rows, [...columns.values()].map(c => [c.name, c.kind, c.width, c.offset, c.length])])
  }
  return new TextEncoder().encode(JSON.stringify(tables))
}

/** Fills in the header of a blob whose columns and directory are in place. */
export function sealBlob(blob: Uint8Array, directoryLength: number): void {
  const view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength)
  view.setUint32(0, magic, true)
  view.setUint32(8, blobVersion, true)
  view.setUint32(12, directoryLength, true)
  view.setUint32(4, crc32c(blob.subarray(8)), true)
}

/** The directory of a blob that is whole. */
export function openBlob(blob: Uint8Array, place: ErrorPlace): Directory {
  const corrupt = (what: string, cause?: unknown) =>
    new HeadraceError('HR_STATE_CORRUPT', `the state blob of ${blob.length} bytes is damaged: ${what}`, {
      ...place,
      cause,
    })
  if (blob.length < blobHeaderBytes) throw corrupt('it is shorter than its header')
  const view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength)
  if (view.getUint32(0, true) !== magic) throw corrupt('it does not start with the magic number')
  if (view.getUint32(4, true) !== crc32c(blob.subarray(8))) throw corrupt('its checksum does not match')
  const version = view.getUint32(8, true)
  if (version !== blobVersion) {
    throw new HeadraceError(
      'HR_STATE_VERSION',
      `the state blob has format version ${version}, this Headrace reads version ${blobVersion}`,
      place,
    )
  }
  const directoryStart = blob.length - view.getUint32(12, true)
  try {
    return parseDirectory(blob.subarray(directoryStart), directoryStart)
  } catch (error) {
    throw corrupt(messageOf(error), error)
  }
}

function parseDirectory(bytes: Uint8Array, columnsEnd: number): Directory {
  const tables: TableRow[] = JSON.parse(new TextDecoder().decode(bytes))
  const directory: Directory = new Map()
  for (const [name, rows, columnRows] of tables) {
    const columns = new Map<string, ColumnEntry>()
    for (const [column, kind, width, offset, length] of columnRows) {
      const expected = kind === 'json' || kind === 'bytes' ? length : rows * width * cellBytes[kind]
      if (length !== expected || offset < blobHeaderBytes || offset + length > columnsEnd) {
        throw new RangeError(`column ${name}.${column} does not fit into it`)
      }
      columns.set(column, { name: column, kind, width, offset, length })
    }
    directory.set(name, { name, rows, columns })
  }
  return directory
}
