import type { Column } from '../../engine/batch/columns.ts'
import { HeadraceError } from '../../engine/errors.ts'

export type Packed = Float32Array | Float64Array | Int32Array | Uint8Array
type Numbers = Float64Array | Float32Array | Int32Array | Uint8Array

/** So many rows of a tensor are written, columns side by side, before the next ones: they stay in the nearest cache. */
const BLOCK = 64

/** Writes columns of numbers side by side, one row after the other. */
export function packColumns(columns: readonly Column[], from: number, rows: number, out: Packed): void {
  const values = columns.map(numbersOf)
  const width = values.length
  for (let begin = 0; begin < rows; begin += BLOCK) {
    const count = Math.min(BLOCK, rows - begin)
    let k = 0
    if (out instanceof Float32Array) {
      for (; k + 4 <= width && areDoubles(values, k); k += 4) {
        packFour(values as Float64Array[], k, from + begin, count, out, begin * width + k)
      }
    }
    for (; k < width; k++) packOne(values[k], from + begin, count, out, begin * width + k, width)
  }
}

function areDoubles(values: readonly Numbers[], k: number): boolean {
  for (let i = k; i < k + 4; i++) if (!(values[i] instanceof Float64Array)) return false
  return true
}

/** By far the most frequent, and half of the time of one by one. */
function packFour(
  values: readonly Float64Array[],
  k: number,
  from: number,
  rows: number,
  out: Float32Array,
  at: number,
): void {
  const a = values[k]
  const b = values[k + 1]
  const c = values[k + 2]
  const d = values[k + 3]
  const width = values.length
  let place = at
  for (let row = from; row < from + rows; row++) {
    out[place] = a[row]
    out[place + 1] = b[row]
    out[place + 2] = c[row]
    out[place + 3] = d[row]
    place += width
  }
}

function packOne(values: Numbers, from: number, rows: number, out: Packed, at: number, width: number): void {
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
