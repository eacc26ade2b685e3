import type { Column } from '../../engine/batch/columns.ts'
import { HeadraceError } from '../../engine/errors.ts'

export type Packed = Float32Array | Float64Array | Int32Array | Uint8Array
export type Numbers = Float64Array | Float32Array | Int32Array | Uint8Array

/** So many rows of a tensor are written, columns side by side, before the next ones: they stay in the nearest cache. */
const BLOCK = 64

/** Writes columns of numbers side by side, one row after the other. */
export function packColumns(values: readonly Numbers[], from: number, rows: number, out: Packed): void {
  const width = values.length
  for (let begin = 0; begin < rows; begin += BLOCK) {
    const count = Math.min(BLOCK, rows - begin)
    let k = out instanceof Float32Array ? packFours(values, from + begin, count, out, begin * width) : 0
    for (; k < width; k++) packOne(values[k], from + begin, count, out, begin * width + k, width)
  }
}

/** Packs as many as there are doubles four at a time, and says how many that were. */
function packFours(
  values: readonly Numbers[],
  from: number,
  rows: number,
  out: Float32Array,
  at: number,
): number {
  const width = values.length
  let k = 0
  for (; k + 4 <= width; k += 4) {
    const a = values[k]
    const b = values[k + 1]
    const c = values[k + 2]
    const d = values[k + 3]
    const areDoubles =
      a instanceof Float64Array &&
      b instanceof Float64Array &&
      c instanceof Float64Array &&
      d instanceof Float64Array
    if (!areDoubles) break
    packFour(a, b, c, d, from, rows, out, at + k, width)
  }
  return k
}

/** By far the most frequent, and half of the time of one by one. It sees one type of arrays, so that it stays compiled. */
function packFour(
  a: Float64Array,
  b: Float64Array,
  c: Float64Array,
  d: Float64Array,
  from: number,
  rows: number,
  out: Float32Array,
  at: number,
  width: number,
): void {
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
