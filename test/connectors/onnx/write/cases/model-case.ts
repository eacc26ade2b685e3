import type { OnnxExport } from '../../../../../connectors/onnx/write/index.ts'

export type Tensors = Record<string, Float32Array | BigInt64Array>

/** A random model, and what it should say, computed in 64 bits without a thought of ONNX. */
export interface ModelCase {
  readonly name: string
  readonly model: OnnxExport
  inputs(rows: number): Tensors
  /** What one row should give, by output. */
  expected(inputs: Tensors, row: number): Record<string, number | readonly number[]>
}

export type Random = () => number

export function whole(random: Random, least: number, most: number): number {
  return least + Math.floor(random() * (most - least + 1))
}

/** Multiples of 1/8 from -2 to 2: what few of them add up or multiply to is exact in 32 bits, ties included. */
export function eighths(random: Random, length: number): Float32Array {
  return Float32Array.from({ length }, () => whole(random, -16, 16) / 8)
}

/** A row of a matrix that is stored row by row. */
export function rowOf(matrix: ArrayLike<number | bigint>, row: number, columns: number): number[] {
  return Array.from({ length: columns }, (_, column) => Number(matrix[row * columns + column]))
}

export function dot(left: readonly number[], right: readonly number[]): number {
  return left.reduce((sum, value, index) => sum + value * right[index]!, 0)
}

export function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x))
}

export function softmax(scores: readonly number[]): number[] {
  const powers = scores.map(score => Math.exp(score - Math.max(...scores)))
  const sum = powers.reduce((total, power) => total + power, 0)
  return powers.map(power => power / sum)
}

/** The first of the largest. */
export function argMax(values: readonly number[]): number {
  return values.indexOf(Math.max(...values))
}
