import type { Column } from '../../engine/batch/columns.ts'
import { readValue } from '../../engine/batch/values.ts'
import { ByteBuffer } from '../../engine/codec/codec.ts'
import type { Leaf } from './leaf.ts'

const encoder = new TextEncoder()

/** The bytes of a batch's values of one leaf: as they are in its column, or made of it. */
export class LeafBytes {
  bytes: Uint8Array = new Uint8Array(0)
  start: Int32Array = new Int32Array(0)
  end: Int32Array = new Int32Array(0)
  private readonly leaf: Leaf
  private readonly made = new ByteBuffer(1 << 12)

  constructor(leaf: Leaf) {
    this.leaf = leaf
  }

  /** Rows without a value hold arbitrary things. */
  read(column: Column, rows: number, hasValue: (row: number) => boolean): void {
    if (column.layout === 'bytes') {
      this.bytes = column.bytes
      this.start = column.start
      this.end = column.end
      return
    }
    if (this.start.length < rows) {
      this.start = new Int32Array(rows)
      this.end = new Int32Array(rows)
    }
    const { made } = this
    made.clear()
    for (let row = 0; row < rows; row++) {
      this.start[row] = made.length
      if (hasValue(row)) this.make(column, row)
      this.end[row] = made.length
    }
    this.bytes = made.bytes
  }

  private make(column: Column, row: number): void {
    if (column.layout === 'vector') this.numbers(column.values, row * column.size, (row + 1) * column.size)
    else if (this.leaf.form === 'numbers' && column.layout === 'array') {
      const { values } = column.item as { values: ArrayLike<number> }
      this.numbers(values, column.start[row], column.end[row])
    } else this.made.append(encoder.encode(asJson(readValue(this.leaf.field, column, row))))
  }

  private numbers(values: ArrayLike<number>, from: number, to: number): void {
    const { made } = this
    made.reserve((to - from) * 8)
    for (let k = from; k < to; k++, made.length += 8) made.view.setFloat64(made.length, values[k], true)
  }
}

/** Numbers that JSON does not have become their names, and bigints text. */
function asJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => {
    if (typeof part === 'bigint') return part.toString()
    if (part instanceof Uint8Array) return Buffer.from(part).toString('base64')
    if (ArrayBuffer.isView(part)) return [...(part as Float32Array)]
    return typeof part === 'number' && !Number.isFinite(part) ? String(part) : part
  })
}
