const utf8 = new TextEncoder()

const wireTypes = { varint: 0, bytes: 2, fixed32: 5 } as const

/**
 * A message in the wire format of Protocol Buffers: fields in the order in which they are written. Long bytes
 * and nested messages are kept as they are and copied once, when the outermost message is finished.
 */
export class ProtobufWriter {
  readonly #parts: Uint8Array[] = []
  #length = 0

  get length(): number {
    return this.#length
  }

  /** An integer from 0 or below it, as `int64`, `int32` or an enum. */
  integer(field: number, value: number): void {
    this.#head(field, wireTypes.varint)
    this.#append(varint(value))
  }

  float(field: number, value: number): void {
    this.#head(field, wireTypes.fixed32)
    this.#append(floatBytes([value]))
  }

  text(field: number, value: string): void {
    this.bytes(field, utf8.encode(value))
  }

  /** The bytes must stay as they are until the message is finished. */
  bytes(field: number, value: Uint8Array): void {
    this.#head(field, wireTypes.bytes)
    this.#append(varint(value.length))
    this.#append(value)
  }

  message(field: number, message: ProtobufWriter): void {
    this.#head(field, wireTypes.bytes)
    this.#append(varint(message.#length))
    for (const part of message.#parts) this.#append(part)
  }

  packedIntegers(field: number, values: readonly number[]): void {
    const packed = new Uint8Array(values.reduce((length, value) => length + varintLength(value), 0))
    let at = 0
    for (const value of values) at = writeVarint(packed, at, value)
    this.bytes(field, packed)
  }

  packedFloats(field: number, values: readonly number[]): void {
    this.bytes(field, floatBytes(values))
  }

  finish(): Uint8Array {
    const all = new Uint8Array(this.#length)
    let at = 0
    for (const part of this.#parts) {
      all.set(part, at)
      at += part.length
    }
    return all
  }

  #head(field: number, wireType: number): void {
    this.#append(varint(field * 8 + wireType))
  }

  #append(part: Uint8Array): void {
    this.#parts.push(part)
    this.#length += part.length
  }
}

function varint(value: number): Uint8Array {
  const bytes = new Uint8Array(varintLength(value))
  writeVarint(bytes, 0, value)
  return bytes
}

/** Ten bytes below 0, as the format has it: two's complement in 64 bits. */
function varintLength(value: number): number {
  if (value < 0) return 10
  let length = 1
  for (let rest = value; rest > 127; rest = Math.floor(rest / 128)) length++
  return length
}

function writeVarint(bytes: Uint8Array, at: number, value: number): number {
  let rest = BigInt.asUintN(64, BigInt(value))
  while (rest > 127n) {
    bytes[at++] = Number(rest & 127n) | 128
    rest >>= 7n
  }
  bytes[at++] = Number(rest)
  return at
}

function floatBytes(values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 4)
  const view = new DataView(bytes.buffer)
  for (let index = 0; index < values.length; index++) view.setFloat32(index * 4, values[index]!, true)
  return bytes
}
