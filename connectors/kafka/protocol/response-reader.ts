import { HeadraceError } from '../../../engine/errors.ts'

const decoder = new TextDecoder()

/** Reads an answer field by field. What lies outside of it is a coded error, whatever the lengths in it say. */
export class ResponseReader {
  readonly bytes: Uint8Array
  at: number
  readonly end: number
  private readonly view: DataView

  constructor(bytes: Uint8Array, at = 0, end = bytes.length) {
    this.bytes = bytes
    this.at = at
    this.end = end
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  i8(): number {
    return this.view.getInt8(this.take(1))
  }

  bool(): boolean {
    return this.i8() !== 0
  }

  i16(): number {
    return this.view.getInt16(this.take(2))
  }

  i32(): number {
    return this.view.getInt32(this.take(4))
  }

  i64(): number {
    const at = this.take(8)
    return this.view.getInt32(at) * 2 ** 32 + this.view.getUint32(at + 4)
  }

  text(): string {
    return this.nullableText() ?? ''
  }

  nullableText(): string | null {
    const length = this.i16()
    return length < 0 ? null : this.textOf(length)
  }

  /** A view, valid as long as the answer's bytes are. */
  data(): Uint8Array {
    return this.view8(Math.max(0, this.i32()))
  }

  array<T>(each: () => T): T[] {
    return this.times(this.i32(), each)
  }

  uvarint(): number {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.bytes[this.take(1)]
      value += (byte & 127) * 2 ** shift
      if (byte < 128) return value
    }
    throw malformed('a number has more than five bytes')
  }

  compactText(): string {
    return this.nullableCompactText() ?? ''
  }

  nullableCompactText(): string | null {
    const length = this.uvarint() - 1
    return length < 0 ? null : this.textOf(length)
  }

  compactData(): Uint8Array {
    return this.view8(Math.max(0, this.uvarint() - 1))
  }

  compactArray<T>(each: () => T): T[] {
    return this.times(this.uvarint() - 1, each)
  }

  /** What ends each structure of a flexible version; none of it is for us. */
  skipTags(): void {
    for (let count = this.uvarint(); count > 0; count--) {
      this.uvarint()
      this.take(this.uvarint())
    }
  }

  private textOf(length: number): string {
    return decoder.decode(this.view8(length))
  }

  private view8(length: number): Uint8Array {
    const at = this.take(length)
    return this.bytes.subarray(at, at + length)
  }

  private times<T>(count: number, each: () => T): T[] {
    if (count > this.end - this.at) throw malformed(`an array of ${count} in ${this.end - this.at} bytes`)
    const values: T[] = []
    for (let k = 0; k < count; k++) values.push(each())
    return values
  }

  private take(length: number): number {
    const { at } = this
    if (at + length > this.end) throw malformed(`${length} bytes are to follow, ${this.end - at} are there`)
    this.at += length
    return at
  }
}

function malformed(what: string): HeadraceError {
  return new HeadraceError('HR_KAFKA_PROTOCOL', `an answer of the broker cannot be read: ${what}`)
}
