import type { EncodedRows } from '../codec.ts'
import { ByteBuffer } from '../codec.ts'
import type { Codec } from '../compression/compression.ts'
import { codecs, compress } from '../compression/compression.ts'
import { varintLength, varlongLength, writeVarint, writeVarlong } from '../varint.ts'
import { BATCH_HEADER_BYTES } from './batch.ts'
import { writeBatchHeader } from './write.ts'

/** Length, attributes, timestamp, offset, key length, value length, header count: at most. */
const OVERHEAD = 5 + 1 + 10 + 5 + 5 + 5 + 1

/** A record batch under construction, filled from encoded columns without an object a record. */
export class RecordRows {
  private readonly out = new ByteBuffer(1 << 14)
  private firstTime = 0
  private maxTime = 0
  count = 0

  constructor() {
    this.out.length = BATCH_HEADER_BYTES
  }

  get byteLength(): number {
    return this.out.length
  }

  /** Appends the rows `rows[0..count)`. */
  append(rows: Int32Array, count: number, time: Float64Array, keys: EncodedRows, values: EncodedRows): void {
    if (count === 0) return
    if (this.count === 0) this.firstTime = this.maxTime = time[rows[0]]
    const { out } = this
    const keyView = viewOf(keys.bytes)
    const valueView = viewOf(values.bytes)
    let number = this.count
    for (let k = 0; k < count; k++) {
      const row = rows[k]
      const keyStart = keys.start[row]
      const keyLength = keyStart < 0 ? -1 : keys.end[row] - keyStart
      const valueStart = values.start[row]
      const valueLength = valueStart < 0 ? -1 : values.end[row] - valueStart
      if (time[row] > this.maxTime) this.maxTime = time[row]
      const delta = time[row] - this.firstTime
      const content = (keyLength < 0 ? 0 : keyLength) + (valueLength < 0 ? 0 : valueLength)
      const length =
        2 +
        varlongLength(delta) +
        varintLength(number) +
        varintLength(keyLength) +
        varintLength(valueLength) +
        content
      out.reserve(OVERHEAD + content)
      const { bytes, view } = out
      let at = short(bytes, out.length, length)
      bytes[at++] = 0
      at = writeVarlong(bytes, at, delta)
      at = short(bytes, at, number++)
      at = short(bytes, at, keyLength)
      at = copy(keyView, keyStart, keyLength, view, at)
      at = short(bytes, at, valueLength)
      at = copy(valueView, valueStart, valueLength, view, at)
      bytes[at++] = 0
      out.length = at
    }
    this.count = number
  }

  /** The finished batch, with base offset 0; valid until the next append. The writer starts anew. */
  finish(codec: Codec = codecs.none): Uint8Array {
    const { out, count, firstTime, maxTime } = this
    if (codec !== codecs.none) {
      const body = compress(codec, out.bytes.subarray(BATCH_HEADER_BYTES, out.length))
      out.length = BATCH_HEADER_BYTES
      out.append(body)
    }
    const batch = out.bytes.subarray(0, out.length)
    writeBatchHeader(batch, 0, {
      end: batch.length,
      recordCount: count,
      baseTimestamp: firstTime,
      maxTimestamp: maxTime,
      codec,
    })
    this.count = 0
    out.length = BATCH_HEADER_BYTES
    return batch
  }
}

/** A zig-zag varint: nearly always one byte or two. */
function short(bytes: Uint8Array, at: number, value: number): number {
  const raw = (value << 1) ^ (value >> 31)
  if (raw >>> 0 < 0x80) {
    bytes[at] = raw
    return at + 1
  }
  if (raw >>> 0 < 0x4000) {
    bytes[at] = (raw & 127) | 128
    bytes[at + 1] = raw >>> 7
    return at + 2
  }
  return writeVarint(bytes, at, value)
}

/** Word by word: a call to `set` costs more than these few bytes. Gives the position behind them. */
function copy(from: DataView, start: number, length: number, to: DataView, at: number): number {
  let done = 0
  for (; done + 4 <= length; done += 4) to.setInt32(at + done, from.getInt32(start + done))
  for (; done < length; done++) to.setUint8(at + done, from.getUint8(start + done))
  return length < 0 ? at : at + length
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
