import type { Leaf } from './leaf.ts'
import { isFixed } from './leaf.ts'

/** Words of eight bytes, seen as what may be in them. */
export class Words {
  readonly f64: Float64Array
  readonly i64: BigInt64Array
  readonly i32: Int32Array
  readonly bytes: Uint8Array

  constructor(count: number) {
    const buffer = new ArrayBuffer(count * 8)
    this.f64 = new Float64Array(buffer)
    this.i64 = new BigInt64Array(buffer)
    this.i32 = new Int32Array(buffer)
    this.bytes = new Uint8Array(buffer)
  }

  get count(): number {
    return this.f64.length
  }
}

/** Rows that lie one behind the other, and the bytes that they refer to. */
export interface Rows {
  readonly words: Words
  readonly heap: Uint8Array
  readonly count: number
}

/**
 * Where what of a row is, all rows being of the same width: the hash of the key and a bit for each leaf that is null,
 * as numbers of 32 bits; the event time; a word for each leaf. Of leaves with bytes it is where these begin, and how
 * many they are.
 */
export class RowLayout {
  /** Those of the key first, then those that are compared, then those that are only shown. */
  readonly leaves: readonly Leaf[]
  readonly keys: number
  /** Where the compared ones end. */
  readonly compared: number
  /** The leaves with bytes. */
  readonly texts: readonly number[]
  readonly timeWord: number
  readonly firstWord: number
  readonly stride: number

  constructor(keys: readonly Leaf[], compared: readonly Leaf[], shown: readonly Leaf[]) {
    this.leaves = [...keys, ...compared, ...shown]
    this.keys = keys.length
    this.compared = keys.length + compared.length
    this.texts = this.leaves.flatMap((leaf, index) => (isFixed(leaf) ? [] : [index]))
    this.timeWord = (2 + Math.ceil(this.leaves.length / 32)) >> 1
    this.firstWord = this.timeWord + 1
    this.stride = this.firstWord + this.leaves.length
  }

  hash({ words }: Rows, row: number): number {
    return words.i32[row * this.stride * 2]
  }

  time({ words }: Rows, row: number): number {
    return words.f64[row * this.stride + this.timeWord]
  }

  isNull({ words }: Rows, row: number, leaf: number): boolean {
    return (words.i32[row * this.stride * 2 + 1 + (leaf >> 5)] & (1 << (leaf & 31))) !== 0
  }

  /** The word of a leaf. */
  word(row: number, leaf: number): number {
    return row * this.stride + this.firstWord + leaf
  }
}
