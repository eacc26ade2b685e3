import { HeadraceError } from '../../errors.ts'
import type { BatchHeader } from './batch.ts'
import { corrupt, TIMESTAMP_LIMIT } from './batch.ts'

/** Length, attributes, timestamp, offset, key length, value length and header count, a byte each. */
const MIN_RECORD_BYTES = 7
const FIRST_CAPACITY = 1024
const BEYOND = 0x3fffffff

/**
 * Where the records of one buffer lie, without a copy and without an object a record. A start of -1 is a null
 * key or value. Records without headers have `headersStart === headersEnd`.
 */
export class RecordSpans {
  /** What the positions refer to. */
  bytes: Uint8Array = new Uint8Array(0)
  count = 0
  offset = new Float64Array(FIRST_CAPACITY)
  timestamp = new Float64Array(FIRST_CAPACITY)
  keyStart = new Int32Array(FIRST_CAPACITY)
  keyEnd = new Int32Array(FIRST_CAPACITY)
  valueStart = new Int32Array(FIRST_CAPACITY)
  valueEnd = new Int32Array(FIRST_CAPACITY)
  headersStart = new Int32Array(FIRST_CAPACITY)
  headersEnd = new Int32Array(FIRST_CAPACITY)

  /** Forgets the records; the arrays stay. */
  clear(): void {
    this.count = 0
  }

  /** Of the records that lie from `from` up to `end`, whatever the count is, makes the first ones. */
  restore(from: number, end: number): void {
    for (const part of [this.offset, this.timestamp]) part.copyWithin(0, from, end)
    for (const part of [this.keyStart, this.keyEnd, this.valueStart, this.valueEnd])
      part.copyWithin(0, from, end)
    for (const part of [this.headersStart, this.headersEnd]) part.copyWithin(0, from, end)
    this.count = end - from
  }

  /** Makes room for `more` records behind those that are there. */
  reserve(more: number): void {
    const needed = this.count + more
    if (needed <= this.offset.length) return
    const capacity = Math.max(needed, this.offset.length * 2)
    this.offset = grown(this.offset, new Float64Array(capacity))
    this.timestamp = grown(this.timestamp, new Float64Array(capacity))
    this.keyStart = grown(this.keyStart, new Int32Array(capacity))
    this.keyEnd = grown(this.keyEnd, new Int32Array(capacity))
    this.valueStart = grown(this.valueStart, new Int32Array(capacity))
    this.valueEnd = grown(this.valueEnd, new Int32Array(capacity))
    this.headersStart = grown(this.headersStart, new Int32Array(capacity))
    this.headersEnd = grown(this.headersEnd, new Int32Array(capacity))
  }
}

function grown<A extends Float64Array | Int32Array>(old: A, larger: A): A {
  larger.set(old)
  return larger
}

/**
 * Appends to `spans` the records of a batch with an offset of at least `fetchOffset`; Kafka sends whole batches,
 * also where the position is in the middle of one. `bytes` from `bodyStart` to `bodyEnd` are the records,
 * decompressed. Damaged ones end in HR_BATCH_CORRUPT, and then `spans` is as before.
 */
export function scanRecords(
  bytes: Uint8Array,
  header: BatchHeader,
  bodyStart: number,
  bodyEnd: number,
  fetchOffset: number,
  spans: RecordSpans,
): void {
  const { recordCount, baseOffset, baseTimestamp, lastOffsetDelta } = header
  prepare(bytes, header, bodyStart, bodyEnd, spans)
  const { offset, timestamp, keyStart, keyEnd, valueStart, valueEnd, headersStart, headersEnd } = spans
  let row = spans.count
  let at = bodyStart
  let previousDelta = -1
  // Nothing is checked before the end of a record: lengths only move `at` forward, so what passes there was
  // within bounds all along.
  for (let i = 0; i < recordCount; i++) {
    const recordEnd = readVarint(bytes, at) + position
    const timestampAt = position + 1
    let time = baseTimestamp + readVarint(bytes, timestampAt)
    if (position > timestampAt + 4) time = baseTimestamp + readVarlong(bytes, timestampAt)
    const delta = readVarint(bytes, position)

    const keyLength = readVarint(bytes, position)
    at = position
    keyStart[row] = keyLength < 0 ? -1 : at
    if (keyLength > 0) at += keyLength
    keyEnd[row] = keyLength < 0 ? -1 : at

    const valueLength = readVarint(bytes, at)
    at = position
    valueStart[row] = valueLength < 0 ? -1 : at
    if (valueLength > 0) at += valueLength
    valueEnd[row] = valueLength < 0 ? -1 : at

    const hasHeaders = bytes[at] !== 0
    headersStart[row] = hasHeaders ? at : recordEnd
    headersEnd[row] = recordEnd
    offset[row] = baseOffset + delta
    timestamp[row] = time
    const ends = hasHeaders ? at < recordEnd : at + 1 === recordEnd
    const inRange = time < TIMESTAMP_LIMIT && time > -TIMESTAMP_LIMIT
    if (!ends || recordEnd > bodyEnd || !inRange || delta <= previousDelta || delta > lastOffsetDelta) {
      throw corrupt(header, `record ${i} of ${recordCount}`)
    }
    previousDelta = delta
    at = recordEnd
    if (baseOffset + delta >= fetchOffset) row++
  }
  if (at !== bodyEnd) throw corrupt(header, `${bodyEnd - at} bytes behind the last record`)
  if (header.timestampType === 'append') timestamp.fill(header.maxTimestamp, spans.count, row)
  spans.count = row
}

function prepare(
  bytes: Uint8Array,
  header: BatchHeader,
  bodyStart: number,
  bodyEnd: number,
  spans: RecordSpans,
): void {
  const { recordCount } = header
  if (bodyEnd > bytes.length || recordCount * MIN_RECORD_BYTES > bodyEnd - bodyStart) {
    throw corrupt(header, `${recordCount} records in ${bodyEnd - bodyStart} bytes`)
  }
  if (spans.count > 0 && spans.bytes !== bytes) {
    throw new HeadraceError('HR_INTERNAL', 'spans of one buffer were to be continued with another')
  }
  spans.bytes = bytes
  spans.reserve(recordCount)
}

/** Where the varint that was read last ends; a variable, since an object for both results would cost more. */
let position = 0

/** Of 32 bits. One without an end moves `position` beyond every buffer, which the record's end then shows. */
function readVarint(bytes: Uint8Array, start: number): number {
  let at = start
  let byte = bytes[at++]
  let raw = byte & 127
  for (let shift = 7; byte > 127 && shift < 35; shift += 7) {
    byte = bytes[at++]
    raw |= (byte & 127) << shift
  }
  position = byte > 127 ? BEYOND : at
  return (raw >>> 1) ^ -(raw & 1)
}

/** Of 64 bits; outside the safe integers it is inexact, and so out of any range that is asked for. */
function readVarlong(bytes: Uint8Array, start: number): number {
  let at = start
  let byte = bytes[at++]
  const negative = (byte & 1) === 1
  let magnitude = (byte & 127) >>> 1
  for (let scale = 64; byte > 127 && scale < 2 ** 69; scale *= 128) {
    byte = bytes[at++]
    magnitude += (byte & 127) * scale
  }
  position = byte > 127 ? BEYOND : at
  return negative ? -magnitude - 1 : magnitude
}
