import type { EncodedRows } from './codec.ts'
import { ByteBuffer } from './codec.ts'
import type { Codec } from './compression.ts'
import { codecs, compress } from './compression.ts'
import { BATCH_HEADER_BYTES } from './record-batch.ts'
import { writeBatchHeader } from './record-write.ts'
import { varintLength, varlongLength, writeVarint, writeVarlong } from './varint.ts'

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
    const keyBytes = keys.bytes
    const valueBytes = values.bytes
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
      const bytes = out.bytes
      let at = writeVarint(bytes, out.length, length)
      bytes[at++] = 0
      at = writeVarlong(bytes, at, delta)
      at = writeVarint(bytes, at, number++)
      at = writeVarint(bytes, at, keyLength)
      for (let i = 0; i < keyLength; i++) bytes[at++] = keyBytes[keyStart + i]
      at = writeVarint(bytes, at, valueLength)
      for (let i = 0; i < valueLength; i++) bytes[at++] = valueBytes[valueStart + i]
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
