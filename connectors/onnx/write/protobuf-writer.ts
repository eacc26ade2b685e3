const utf8 = new TextEncoder()

const wireTypes = { varint: 0, bytes: 2 } as const

/** Bytes that are as long as this are worth a place of their own, rather than a copy. */
const ownPlaceBytes = 256

/**
 * A message in the wire format of Protocol Buffers: fields in the order in which they are written. Long bytes, such
 * as weights, are copied once, when the outermost message is finished, and must stay as they are until then.
 */
export class ProtobufWriter {
  readonly #parts: Uint8Array[] = []
  #partBytes = 0
  #open = new Uint8Array(16)
  #openBytes = 0

  get length(): number {
    return this.#partBytes + this.#openBytes
  }

  /** An `int64`, an `int32` or an enum. */
  integer(field: number, value: number): void {
    this.#varint(field * 8 + wireTypes.varint)
    this.#varint(value)
  }

  text(field: number, value: string): void {
    this.bytes(field, utf8.encode(value))
  }

  bytes(field: number, value: Uint8Array): void {
    this.#varint(field * 8 + wireTypes.bytes)
    this.#varint(value.length)
    this.#append(value)
  }

  message(field: number, message: ProtobufWriter): void {
    this.#varint(field * 8 + wireTypes.bytes)
    this.#varint(message.length)
    for (const part of message.#parts) this.#append(part)
    this.#append(message.#open.subarray(0, message.#openBytes))
  }

  packedIntegers(field: number, values: readonly number[]): void {
    const packed = new ProtobufWriter()
    for (const value of values) packed.#varint(value)
    this.message(field, packed)
  }

  packedFloats(field: number, values: readonly number[]): void {
    const bytes = new Uint8Array(values.length * 4)
    const view = new DataView(bytes.buffer)
    for (let index = 0; index < values.length; index++) view.setFloat32(index * 4, values[index], true)
    this.bytes(field, bytes)
  }

  finish(): Uint8Array {
    const all = new Uint8Array(this.length)
    let at = 0
    for (const part of [...this.#parts, this.#open.subarray(0, this.#openBytes)]) {
      all.set(part, at)
      at += part.length
    }
    return all
  }

  #varint(value: number): void {
    if (value < 0) {
      this.#negative(BigInt.asUintN(64, BigInt(value)))
      return
    }
    let rest = value
    for (; rest > 127; rest = Math.floor(rest / 128)) this.#byte((rest % 128) + 128)
    this.#byte(rest)
  }

  /** Two's complement in 64 bits, and so ten bytes. */
  #negative(value: bigint): void {
    let rest = value
    for (; rest > 127n; rest >>= 7n) this.#byte(Number(rest & 127n) + 128)
    this.#byte(Number(rest))
  }

  #byte(value: number): void {
    this.#reserve(1)
    this.#open[this.#openBytes++] = value
  }

  #append(bytes: Uint8Array): void {
    if (bytes.length < ownPlaceBytes) {
      this.#reserve(bytes.length)
      this.#open.set(bytes, this.#openBytes)
      this.#openBytes += bytes.length
    } else {
      if (this.#openBytes > 0) this.#parts.push(this.#open.slice(0, this.#openBytes))
      this.#parts.push(bytes)
      this.#partBytes += this.#openBytes + bytes.length
      this.#openBytes = 0
    }
  }

  #reserve(length: number): void {
    if (this.#openBytes + length <= this.#open.length) return
    const grown = new Uint8Array(2 * (this.#openBytes + length))
    grown.set(this.#open.subarray(0, this.#openBytes))
    this.#open = grown
  }
}
