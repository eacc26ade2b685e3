import type { Column } from '../../engine/batch/columns.ts'
import type { Field } from '../../engine/batch/schema.ts'
import { bucketOf } from './keys.ts'

/** The entities of a batch as the text that keys are made of, and the buckets they are in. */
export class EntityTexts {
  bytes: Uint8Array = new Uint8Array(0)
  start: Int32Array = new Int32Array(0)
  end: Int32Array = new Int32Array(0)
  bucket: Int32Array = new Int32Array(0)
  private readonly field: Field
  private written: Buffer = Buffer.allocUnsafeSlow(0)

  constructor(field: Field) {
    this.field = field
  }

  read(column: Column, rows: number): void {
    if (this.bucket.length < rows) this.bucket = new Int32Array(rows)
    if (column.layout === 'bytes') {
      this.bytes = column.bytes
      this.start = column.start
      this.end = column.end
    } else this.write(column, rows)
    const { bytes, start, end, bucket } = this
    for (let row = 0; row < rows; row++) bucket[row] = bucketOf(bytes, start[row], end[row])
  }

  private write(column: Column, rows: number): void {
    const { values } = column as { readonly values: ArrayLike<number | bigint> }
    const names = this.field.values
    const texts: string[] = []
    for (let row = 0; row < rows; row++) {
      texts.push(names ? names[Number(values[row])] : String(values[row]))
    }
    const length = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0)
    if (this.written.length < length) this.written = Buffer.allocUnsafeSlow(2 * length)
    this.start = new Int32Array(rows)
    this.end = new Int32Array(rows)
    this.bytes = this.written
    let at = 0
    for (let row = 0; row < rows; row++) {
      this.start[row] = at
      at += this.written.write(texts[row], at)
      this.end[row] = at
    }
  }
}
