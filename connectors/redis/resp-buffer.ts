const DIGITS_MAX = 10

/** Requests to Redis, as bytes. Grows as needed and is used again. */
export class RespBuffer {
  bytes: Buffer = Buffer.allocUnsafeSlow(1 << 16)
  length = 0
  private view = new DataView(this.bytes.buffer)

  /** A copy of what was written since the last one. */
  take(): Buffer {
    const taken = Buffer.from(this.bytes.subarray(0, this.length))
    this.length = 0
    return taken
  }

  /** How many arguments come, the command included. */
  arguments(count: number): void {
    this.reserve(DIGITS_MAX + 3)
    this.bytes[this.length++] = 0x2a
    this.number(count)
    this.lineEnd()
  }

  /** Before an argument of so many bytes; they and `lineEnd` have room then. */
  argument(length: number): void {
    this.reserve(DIGITS_MAX + 5 + length)
    this.bytes[this.length++] = 0x24
    this.number(length)
    this.lineEnd()
  }

  text(argument: string): void {
    this.argument(Buffer.byteLength(argument))
    this.length += this.bytes.write(argument, this.length)
    this.lineEnd()
  }

  lineEnd(): void {
    this.bytes[this.length++] = 0x0d
    this.bytes[this.length++] = 0x0a
  }

  u8(value: number): void {
    this.bytes[this.length++] = value
  }

  i32(value: number): void {
    this.view.setInt32(this.length, value, true)
    this.length += 4
  }

  i64(value: bigint): void {
    this.view.setBigInt64(this.length, value, true)
    this.length += 8
  }

  f32(value: number): void {
    this.view.setFloat32(this.length, value, true)
    this.length += 4
  }

  f64(value: number): void {
    this.view.setFloat64(this.length, value, true)
    this.length += 8
  }

  /** Few bytes, as strings mostly are, are copied faster one by one. */
  copy(from: Uint8Array, start: number, end: number): void {
    if (end - start > 32) {
      this.bytes.set(from.subarray(start, end), this.length)
      this.length += end - start
    } else for (let at = start; at < end; at++) this.bytes[this.length++] = from[at]
  }

  private number(value: number): void {
    let digits = 1
    for (let bound = 10; value >= bound; bound *= 10) digits++
    let rest = value
    for (let at = this.length + digits - 1; at >= this.length; at--) {
      this.bytes[at] = 0x30 + (rest % 10)
      rest = Math.floor(rest / 10)
    }
    this.length += digits
  }

  private reserve(length: number): void {
    if (this.length + length <= this.bytes.length) return
    const grown = Buffer.allocUnsafeSlow(2 * (this.length + length))
    grown.set(this.bytes.subarray(0, this.length))
    this.bytes = grown
    this.view = new DataView(grown.buffer)
  }
}
