import { HeadraceError } from '../engine/errors.ts'
import type { Block } from './multiply.ts'
import { addProduct, TILE } from './multiply.ts'

/** Up to this size a block is inverted element by element. */
const SMALL = 32

/**
 * The inverse of a symmetric, positive definite matrix of [size, size], in its place. By halves: with
 * [[A, B], [B', D]], W = A⁻¹B and the Schur complement S = D - B'W, it is [[A⁻¹ + W S⁻¹ W', -W S⁻¹], [.., S⁻¹]].
 * That is nearly all multiplication of matrices, which is what processors do well.
 */
export function invertPositive(values: Float64Array, size: number): void {
  const padded = Math.ceil(size / TILE) * TILE
  if (padded === size) {
    invert({ values, at: 0, stride: size }, size)
    return
  }
  const copy = new Float64Array(padded * padded)
  for (let row = 0; row < size; row++) {
    copy.set(values.subarray(row * size, (row + 1) * size), row * padded)
  }
  for (let row = size; row < padded; row++) copy[row * padded + row] = 1
  invert({ values: copy, at: 0, stride: padded }, padded)
  for (let row = 0; row < size; row++) {
    values.set(copy.subarray(row * padded, row * padded + size), row * size)
  }
}

function invert(block: Block, size: number): void {
  if (size <= SMALL) {
    invertSmall(block, size)
    return
  }
  const { values, at, stride } = block
  const half = Math.floor(size / 2 / TILE) * TILE
  const rest = size - half
  const upperRight = { values, at: at + half, stride }
  const lowerLeft = { values, at: at + half * stride, stride }
  const lowerRight = { values, at: at + half * stride + half, stride }
  const matrix = (columns: number, rows: number) => ({
    values: new Float64Array(rows * columns),
    at: 0,
    stride: columns,
  })
  invert(block, half)
  const w = matrix(rest, half)
  addProduct(w, block, upperRight, [half, half, rest], 1)
  addProduct(lowerRight, lowerLeft, w, [rest, half, rest], -1)
  invert(lowerRight, rest)
  clear(upperRight, half, rest)
  addProduct(upperRight, w, lowerRight, [half, rest, rest], -1)
  transpose(upperRight, lowerLeft, half, rest)
  const transposed = matrix(half, rest)
  transpose(w, transposed, half, rest)
  addProduct(block, upperRight, transposed, [half, rest, half], -1)
}

/** Gauss and Jordan, without a search for pivots: a positive definite matrix needs none. */
function invertSmall({ values, at, stride }: Block, size: number): void {
  for (let pivot = 0; pivot < size; pivot++) {
    const diagonal = at + pivot * stride + pivot
    const inverse = 1 / values[diagonal]
    if (!(inverse > 0 && Number.isFinite(inverse))) {
      throw new HeadraceError('HR_TRAINING_DATA', 'a matrix is not positive definite: raise lambda')
    }
    values[diagonal] = 1
    for (let column = 0; column < size; column++) values[at + pivot * stride + column] *= inverse
    for (let row = 0; row < size; row++) {
      if (row === pivot) continue
      const factor = values[at + row * stride + pivot]
      values[at + row * stride + pivot] = 0
      for (let column = 0; column < size; column++) {
        values[at + row * stride + column] -= factor * values[at + pivot * stride + column]
      }
    }
  }
}

function clear({ values, at, stride }: Block, rows: number, columns: number): void {
  for (let row = 0; row < rows; row++) values.fill(0, at + row * stride, at + row * stride + columns)
}

/** Writes what is [rows, columns] as [columns, rows]. */
function transpose(from: Block, to: Block, rows: number, columns: number): void {
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      to.values[to.at + column * to.stride + row] = from.values[from.at + row * from.stride + column]
    }
  }
}
