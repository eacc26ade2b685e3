const encoder = new TextEncoder()

/**
 * The bytes of a request, as a list of pieces: record batches go to the socket from where they lie. Big endian,
 * lengths before texts and arrays, as Kafka has it.
 */
export class RequestWriter {
  private bytes = new Uint8Array(512)
  private view = new DataView(this.bytes.buffer)
  private length = 0
  private readonly pieces: Uint8Array[] = []

  i8(value: number): this {
    this.reserve(1)
    this.view.setInt8(this.length, value)
    this.length += 1
    return this
  }

  bool(value: boolean): this {
    return this.i8(value ? 1 : 0)
  }

  i16(value: number): this {
    this.reserve(2)
    this.view.setInt16(this.length, value)
    this.length += 2
    return this
  }

  i32(value: number): this {
    this.reserve(4)
    this.view.setInt32(this.length, value)
    this.length += 4
    return this
  }

  /** A safe integer. */
  i64(value: number): this {
    this.reserve(8)
    this.view.setBigInt64(this.length, BigInt(value))
    this.length += 8
    return this
  }

  text(value: string | null): this {
    if (value === null) return this.i16(-1)
    const bytes = encoder.encode(value)
    return this.i16(bytes.length).put(bytes)
  }

  data(value: Uint8Array | null): this {
    if (value === null) return this.i32(-1)
    return this.i32(value.length).put(value)
  }

  array<T>(values: readonly T[], each: (value: T) => void): this {
    this.i32(values.length)
    for (const value of values) each(value)
    return this
  }

  uvarint(value: number): this {
    let rest = value
    while (rest > 127) {
      this.i8((rest & 127) | 128)
      rest >>>= 7
    }
    return this.i8(rest)
  }

  compactText(value: string | null): this {
    if (value === null) return this.uvarint(0)
    const bytes = encoder.encode(value)
    return this.uvarint(bytes.length + 1).put(bytes)
  }

  compactArray<T>(values: readonly T[], each: (value: T) => void): this {
    this.uvarint(values.length + 1)
    for (const value of values) each(value)
    return this
  }

  /** No tagged fields: what ends each structure of a flexible version. */
  noTags(): this {
    return this.uvarint(0)
  }

  /** Bytes that are written as they are and where they are: they must not change before they are sent. */
  raw(bytes: Uint8Array): this {
    this.cut()
    this.pieces.push(bytes)
    return this
  }

  /** All that was written, in order. */
  finish(): Uint8Array[] {
    this.cut()
    return this.pieces
  }

  private put(bytes: Uint8Array): this {
    this.reserve(bytes.length)
    this.bytes.set(bytes, this.length)
    this.length += bytes.length
    return this
  }

  private cut(): void {
    if (this.length === 0) return
    this.pieces.push(this.bytes.subarray(0, this.length))
    this.bytes = new Uint8Array(512)
    this.view = new DataView(this.bytes.buffer)
    this.length = 0
  }

  private reserve(more: number): void {
    if (this.length + more <= this.bytes.length) return
    const larger = new Uint8Array(Math.max(this.bytes.length * 2, this.length + more))
    larger.set(this.bytes.subarray(0, this.length))
    this.bytes = larger
    this.view = new DataView(larger.buffer)
  }
}
