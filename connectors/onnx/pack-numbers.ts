import type { Column } from '../../engine/batch/columns.ts'
import { HeadraceError } from '../../engine/errors.ts'

export type Packed = Float32Array | Float64Array | Int32Array | Uint8Array
type Numbers = Float64Array | Float32Array | Int32Array | Uint8Array

/** So many rows of a tensor are written column by column before the next ones: they stay in the nearest cache. */
const BLOCK = 64

/** Writes columns of numbers side by side, one row after the other. */
export function packColumns(columns: readonly Column[], from: number, rows: number, out: Packed): void {
  const width = columns.length
  for (let begin = 0; begin < rows; begin += BLOCK) {
    const end = Math.min(rows, begin + BLOCK)
    for (let k = 0; k < width; k++) {
      const values = numbersOf(columns[k])
      if (values instanceof Float64Array && out instanceof Float32Array) {
        packDoubles(values, from + begin, end - begin, out, begin * width + k, width)
      } else packAny(values, from + begin, end - begin, out, begin * width + k, width)
    }
  }
}

/** By far the most frequent: apart, so that it is compiled for these arrays alone. */
function packDoubles(
  values: Float64Array,
  from: number,
  rows: number,
  out: Float32Array,
  at: number,
  width: number,
): void {
  for (let row = 0; row < rows; row++) out[at + row * width] = values[from + row]
}

function packAny(values: Numbers, from: number, rows: number, out: Packed, at: number, width: number): void {
  for (let row = 0; row < rows; row++) out[at + row * width] = values[from + row]
}

/** Writes whole numbers as 64 bits, which are given as pairs of 32: no bigint is made. */
export function packLongs(column: Column, from: number, rows: number, words: Int32Array): void {
  const values = numbersOf(column)
  for (let row = 0; row < rows; row++) {
    const value = values[from + row]
    words[2 * row] = value
    words[2 * row + 1] = Math.floor(value / 2 ** 32)
  }
}

export function numbersOf(column: Column): Numbers {
  switch (column.layout) {
    case 'number':
    case 'int':
    case 'bool':
    case 'float':
    case 'vector':
      return column.values
    default:
      throw new HeadraceError('HR_INTERNAL', `a ${column.layout} column has no numbers`)
  }
}
