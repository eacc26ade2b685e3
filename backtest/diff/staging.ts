import type { Column } from '../../engine/batch/columns.ts'
import { isFixed } from './leaf.ts'
import { LeafBytes } from './leaf-bytes.ts'
import type { RowLayout } from './row-layout.ts'
import { Words } from './row-layout.ts'

/** Rows that were decoded, to be put onto shelves. */
export interface DecodedRows {
  readonly columns: readonly Column[]
  readonly count: number
  /** Of each row. */
  readonly time: Float64Array
  /** Set where a row is not to be looked at. */
  readonly skipped: Uint8Array
}

/** A batch's rows in the layout in which they are compared, except that bytes are still where they were. */
export class Staging {
  words: Words
  readonly texts: readonly LeafBytes[]
  readonly layout: RowLayout

  constructor(layout: RowLayout) {
    this.layout = layout
    this.words = new Words(0)
    this.texts = layout.texts.map(leaf => new LeafBytes(layout.leaves[leaf]))
  }

  fill({ columns, count, time, skipped }: DecodedRows): void {
    const { layout } = this
    const { stride, timeWord } = layout
    if (this.words.count < count * stride) this.words = new Words(count * stride)
    const { f64 } = this.words
    f64.fill(0, 0, count * stride)
    for (let row = 0; row < count; row++) f64[row * stride + timeWord] = time[row]
    let text = 0
    layout.leaves.forEach((leaf, index) => {
      let column = columns[leaf.path[0]]
      this.markNulls(column, index, count)
      for (const inner of leaf.path.slice(1)) {
        column = (column as { fields: readonly Column[] }).fields[inner]
        this.markNulls(column, index, count)
      }
      if (isFixed(leaf)) this.fillFixed(column, index, count)
      else this.fillText(this.texts[text++], column, index, count, skipped)
    })
    this.fillHashes(count)
  }

  private markNulls({ nulls }: Column, leaf: number, count: number): void {
    if (nulls === null) return
    const { i32 } = this.words
    const width = this.layout.stride * 2
    const at = 1 + (leaf >> 5)
    const bit = 1 << (leaf & 31)
    for (let row = 0; row < count; row++) if (nulls[row] !== 0) i32[row * width + at] |= bit
  }

  private fillFixed(column: Column, leaf: number, count: number): void {
    const { layout, words } = this
    const { stride } = layout
    const isNull = this.nullTest(leaf)
    let word = layout.word(0, leaf)
    if (column.layout === 'bigint') {
      const { values } = column
      for (let row = 0; row < count; row++, word += stride) if (!isNull(row)) words.i64[word] = values[row]
      return
    }
    const { values } = column as { values: ArrayLike<number> }
    const { f64 } = words
    // Zeros of either sign are the same key, and so are all that are no numbers.
    for (let row = 0; row < count; row++, word += stride) {
      if (!isNull(row)) f64[word] = Number.isNaN(values[row]) ? Number.NaN : values[row] + 0
    }
  }

  private fillText(text: LeafBytes, column: Column, leaf: number, count: number, skipped: Uint8Array): void {
    const { layout, words } = this
    const isNull = this.nullTest(leaf)
    const hasValue = (row: number) => skipped[row] === 0 && !isNull(row)
    text.read(column, count, hasValue)
    let at = layout.word(0, leaf) * 2
    for (let row = 0; row < count; row++, at += layout.stride * 2) {
      if (!hasValue(row)) continue
      words.i32[at] = text.start[row]
      words.i32[at + 1] = text.end[row] - text.start[row]
    }
  }

  private nullTest(leaf: number): (row: number) => boolean {
    const { i32 } = this.words
    const width = this.layout.stride * 2
    const at = 1 + (leaf >> 5)
    const bit = 1 << (leaf & 31)
    return row => (i32[row * width + at] & bit) !== 0
  }

  private fillHashes(count: number): void {
    const { layout, words, texts } = this
    const { i32 } = words
    const width = layout.stride * 2
    for (let row = 0; row < count; row++) {
      let code = 0
      let text = 0
      for (let leaf = 0; leaf < layout.keys; leaf++) {
        const at = layout.word(row, leaf) * 2
        const isText = layout.texts[text] === leaf
        const low = isText ? bytesHash(texts[text++].bytes, i32[at], i32[at + 1]) : i32[at]
        code = mixed(mixed(code ^ low) ^ (isText ? 0 : i32[at + 1]))
      }
      i32[row * width] = code
    }
  }
}

function bytesHash(bytes: Uint8Array, start: number, length: number): number {
  let code = length
  for (let k = 0; k < length; k++) code = Math.imul(code ^ bytes[start + k], 0x01000193)
  return code
}

function mixed(value: number): number {
  let code = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  code = Math.imul(code ^ (code >>> 13), 0xc2b2ae35)
  return ((code ^ (code >>> 16)) + 0x9e3779b9) | 0
}
