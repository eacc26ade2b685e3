import { BytesColumn } from '../../batch/columns.ts'
import { ByteBuffer } from '../codec.ts'
import { ColumnBuilder, copied } from './column-builder.ts'
import { fromJson, Problem } from './values.ts'

const encoder = new TextEncoder()

/** Strings, decimals and bytes. */
export class BytesBuilder extends ColumnBuilder {
  start: Int32Array = new Int32Array(0)
  end: Int32Array = new Int32Array(0)
  /** Values that do not stand in the input as they are; their positions p are kept as -1 - p. */
  readonly aside = new ByteBuffer(256)

  override restart(): void {
    this.aside.clear()
  }

  override blank(slot: number): void {
    this.start[slot] = this.end[slot] = 0
  }

  protected override allocate(capacity: number): void {
    this.start = copied(this.start, this.arena.i32(capacity), this.capacity)
    this.end = copied(this.end, this.arena.i32(capacity), this.capacity)
  }

  protected override store(slot: number, value: unknown): Problem | null {
    const stored = fromJson(this.field, value)
    if (stored instanceof Problem) return stored
    this.start[slot] = -1 - this.aside.length
    if (typeof stored === 'string') appendText(this.aside, stored)
    else this.aside.append(stored as Uint8Array)
    this.end[slot] = -1 - this.aside.length
    return null
  }

  protected override column(
    rows: number,
    nulls: Uint8Array | null,
    isGood: Uint8Array | null,
    input: Uint8Array,
  ): BytesColumn {
    const start = this.start.subarray(0, rows)
    const end = this.end.subarray(0, rows)
    const bytes = this.aside.length === 0 ? input : this.gathered(start, end, isGood, input)
    return new BytesColumn(bytes, start, end, nulls)
  }

  /** A column has one buffer: as soon as one value stands aside, all are copied into one of their own. */
  private gathered(
    start: Int32Array,
    end: Int32Array,
    isGood: Uint8Array | null,
    input: Uint8Array,
  ): Uint8Array {
    const aside = this.aside.length
    let total = aside
    for (let row = 0; row < start.length; row++) {
      if (isGood !== null && isGood[row] !== 1) start[row] = end[row] = 0
      else if (start[row] >= 0) total += end[row] - start[row]
    }
    const bytes = this.arena.u8(total)
    bytes.set(this.aside.bytes.subarray(0, aside))
    let to = aside
    for (let row = 0; row < start.length; row++) {
      if (start[row] < 0) {
        start[row] = -1 - start[row]
        end[row] = -1 - end[row]
      } else {
        const from = to
        for (let p = start[row]; p < end[row]; p++) bytes[to++] = input[p]
        start[row] = from
        end[row] = to
      }
    }
    return bytes
  }
}

/** A surrogate without its other half, which UTF-8 cannot hold, becomes U+FFFD. */
function appendText(out: ByteBuffer, text: string): void {
  out.reserve(text.length * 3)
  out.length += encoder.encodeInto(text, out.bytes.subarray(out.length)).written
}
