import { decompress } from '../codec/compression/compression.ts'
import { BATCH_HEADER_BYTES, checkBatch, emptyBatchHeader, readBatchHeader } from '../codec/record/batch.ts'
import { RecordSpans, scanRecords } from '../codec/record/scan.ts'
import type { ErrorPlace } from '../errors.ts'
import { isHeadraceError } from '../errors.ts'
import type { PartitionSource, RawChunk } from '../home.ts'
import { limits } from '../limits.ts'

/** Records that were scanned and have to wait: where they lie in the spans, and what is behind their batch. */
interface Rest {
  readonly from: number
  readonly end: number
  readonly position: number
  readonly at: number
}

/** The records of a partition, some thousand at a time: reads chunks, scans their batches. */
export class RecordFeed {
  readonly spans = new RecordSpans()
  readonly source: PartitionSource
  /** The offset of the next record that is not yet in a tick: what a checkpoint remembers. */
  position = 0
  /** The position before the records in `spans`. */
  from = 0
  /** Records from this offset on are not for this reader. */
  readonly end: number
  /** A record of this time or later has to wait, with all behind it: a replay goes from time to time. */
  before = Number.POSITIVE_INFINITY
  /** The time of the next record, if it has to wait; else NaN. */
  private heldTime = Number.NaN
  private timeBefore = Number.NEGATIVE_INFINITY
  private markAt = Number.POSITIVE_INFINITY
  private stopAt = Number.POSITIVE_INFINITY
  private limit: number
  private readonly place: ErrorPlace
  private readonly header = emptyBatchHeader()
  private chunk: RawChunk | null = null
  private at = 0
  private rest: Rest | null = null

  constructor(source: PartitionSource, topic: string, partition: number, job?: string) {
    this.source = source
    this.end = source.until ?? Number.POSITIVE_INFINITY
    this.limit = this.end
    this.place = { ...(job !== undefined && { job }), topic, partition }
  }

  /** Records from this offset on have to wait: a replay has something to repeat before them. */
  set until(offset: number) {
    this.markAt = offset
    this.limit = Math.min(offset, this.stopAt, this.end)
  }

  /** The same, since other inputs of a replay are to be read first. */
  set stop(offset: number) {
    this.stopAt = offset
    this.limit = Math.min(offset, this.markAt, this.end)
  }

  seek(offset: number): void {
    this.position = offset
    this.heldTime = Number.NaN
    this.rest = null
    this.chunk = null
    this.source.seek(offset)
  }

  /** The timestamp of the last record that was read; -Infinity where none was. */
  get lastTime(): number {
    const { count, timestamp } = this.spans
    return count === 0 ? this.timeBefore : timestamp[count - 1]
  }

  /** Fills `spans` with the next records. False: there are none now. Batches without records are passed over. */
  fill(): boolean | Promise<boolean> {
    this.timeBefore = this.lastTime
    this.spans.clear()
    this.from = this.position
    return this.more()
  }

  /** The time of the next record, whatever it has to wait for; Infinity behind the last one. */
  async nextTime(): Promise<number> {
    const { before, limit } = this
    if (Number.isNaN(this.heldTime)) {
      this.before = Number.NEGATIVE_INFINITY
      this.limit = this.end
      await this.fill()
      this.before = before
      this.limit = limit
    }
    return Number.isNaN(this.heldTime) ? Number.POSITIVE_INFINITY : this.heldTime
  }

  private more(): boolean | Promise<boolean> {
    while (this.spans.count === 0) {
      if (this.position >= this.limit || this.heldTime >= this.before) return false
      if (this.chunk === null) {
        const chunk = this.source.poll()
        if (chunk instanceof Promise) return chunk.then(got => this.take(got) && this.more())
        if (!this.take(chunk)) return false
      }
      this.scan()
    }
    return true
  }

  private scan(): void {
    try {
      this.scanBatches()
    } catch (error) {
      throw isHeadraceError(error) ? error.within(this.place) : error
    }
  }

  private take(chunk: RawChunk | null): boolean {
    this.chunk = chunk
    this.at = chunk?.start ?? 0
    if (chunk?.movedTo !== undefined) this.position = chunk.movedTo
    return chunk !== null
  }

  /** Scans batches until there are rows enough, the chunk ends, or the next lies in other bytes. */
  private scanBatches(): void {
    const { spans, header } = this
    const { bytes, end, aborted } = this.chunk as RawChunk
    this.heldTime = Number.NaN
    if (this.rest !== null && !this.resume(this.rest)) return
    while (this.at < end && spans.count < limits.batchRows && this.position < this.limit) {
      readBatchHeader(bytes, this.at, header)
      if (!header.complete || this.at + header.batchLength > end) {
        this.chunk = null
        return
      }
      checkBatch(bytes, header)
      const bodyStart = this.at + BATCH_HEADER_BYTES
      const bodyEnd = this.at + header.batchLength
      const uncommitted = aborted?.covers(bytes, header) ?? false
      const first = spans.count
      if (!header.isControl && !uncommitted) {
        // A decompressed batch has bytes of its own, and a tick's rows lie in one buffer.
        if (spans.count > 0 && (header.codec !== 0 || spans.bytes !== bytes)) return
        if (header.codec === 0) scanRecords(bytes, header, bodyStart, bodyEnd, this.position, spans)
        else {
          const body = decompress(header.codec, bytes.subarray(bodyStart, bodyEnd), this.place)
          scanRecords(body, header, 0, body.length, this.position, spans)
        }
      }
      const next = header.baseOffset + header.lastOffsetDelta + 1
      if (!this.admit(first, next, bodyEnd, header.maxTimestamp >= this.before)) return
    }
    if (this.at >= end) this.chunk = null
  }

  /** Goes on with records that had to wait. False: some of them still have to. */
  private resume({ from, end, position, at }: Rest): boolean {
    this.rest = null
    this.spans.restore(from, end)
    return this.admit(0, position, at, true)
  }

  /** Takes the records of a batch, which begin at `first`, as far as they may be read. False: some have to wait. */
  private admit(first: number, next: number, at: number, mayHold: boolean): boolean {
    const { count } = this.spans
    const isCut = next > this.limit
    if (isCut) this.cut()
    if (mayHold) this.hold(first)
    const isHeld = !Number.isNaN(this.heldTime)
    if (isHeld && !isCut) this.rest = { from: this.spans.count, end: count, position: next, at }
    if (isHeld || isCut) return false
    this.position = next
    this.at = at
    return true
  }

  /** Leaves the first record whose time has not come, of those from `first` on, with all behind it. */
  private hold(first: number): void {
    const { spans, before } = this
    for (let row = first; row < spans.count; row++) {
      if (spans.timestamp[row] < before) continue
      this.heldTime = spans.timestamp[row]
      this.position = spans.offset[row]
      spans.count = row
    }
  }

  /** Leaves the records behind the limit to be scanned again. */
  private cut(): void {
    const { spans, limit } = this
    while (spans.count > 0 && spans.offset[spans.count - 1] >= limit) spans.count--
    this.position = limit
  }
}
