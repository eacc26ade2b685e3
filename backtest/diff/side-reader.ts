import { BatchArena } from '../../engine/batch/arena.ts'
import type { Column } from '../../engine/batch/columns.ts'
import { BytesColumn } from '../../engine/batch/columns.ts'
import type { BadRecords, RowDecoder } from '../../engine/codec/codec.ts'
import { decoderFor } from '../../engine/codec/formats.ts'
import { KeyReader } from '../../engine/codec/key-reader.ts'
import { RecordFeed } from '../../engine/io/record-feed.ts'
import type { SchemaRegistry } from '../../engine/schema-registry.ts'
import type { SourceSpec, TopicSpec } from '../../engine/topic.ts'
import type { RecordTimes, Side, SidePartition, Unread } from './side.ts'
import type { DecodedRows } from './staging.ts'

export interface ReadOptions {
  readonly spec: TopicSpec
  readonly registry: SchemaRegistry | undefined
  /** The column that says when; null for the time of the record. */
  readonly timeColumn: number | null
  /** Rows from `from` up to `until`, by that time. */
  readonly from: number
  readonly until: number
  /** Of the time of their records, alone. */
  readonly recorded: RecordTimes
}

/** Gives the rows of one side, some thousand at a time; they may be looked at until `take` returns. */
export class SideReader {
  readonly unread: Unread = { withoutValue: 0, undecodable: 0, problem: null }
  private readonly options: ReadOptions
  private readonly decoder: RowDecoder
  private readonly keyReader: KeyReader | null
  private readonly wanted: readonly boolean[]

  constructor(options: ReadOptions) {
    const { spec, registry } = options
    this.options = options
    this.decoder = decoderFor(spec, registry)
    this.keyReader = spec.fromKey === null ? null : new KeyReader(spec as SourceSpec)
    this.wanted = spec.schema.names.map(() => true)
  }

  async read(side: Side, take: (rows: DecodedRows) => void, signal: AbortSignal): Promise<void> {
    for (const [index, partition] of side.partitions.entries()) {
      const feed = new RecordFeed(partition.source, this.options.spec.name, index)
      await this.readPartition(feed, partition, take, signal)
    }
  }

  private async readPartition(
    feed: RecordFeed,
    { source, start, end }: SidePartition,
    take: (rows: DecodedRows) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const arena = new BatchArena()
    try {
      feed.until = end
      feed.seek(start)
      while (feed.position < end) {
        signal.throwIfAborted()
        if (await feed.fill()) {
          await this.decoder.prepare?.(this.encoded(feed))
          take(this.decode(feed, arena))
          arena.reset()
        } else if (feed.position < end) await source.changed(signal)
      }
    } finally {
      arena.close()
    }
  }

  private encoded({ spans }: RecordFeed) {
    return { bytes: spans.bytes, start: spans.valueStart, end: spans.valueEnd, rows: spans.count }
  }

  private decode(feed: RecordFeed, arena: BatchArena): DecodedRows {
    const { wanted, keyReader } = this
    const { spans } = feed
    const { count, valueStart } = spans
    const skipped = arena.u8(count)
    for (let row = 0; row < count; row++) skipped[row] = valueStart[row] < 0 ? 1 : 0
    const bad = this.badRecords(skipped)
    const columns = this.decoder.decode(this.encoded(feed), wanted, arena, bad)
    const keys = new BytesColumn(spans.bytes, spans.keyStart, spans.keyEnd)
    keyReader?.fill(columns, wanted, keys, count, arena, bad)
    for (let row = 0; row < count; row++) if (valueStart[row] < 0) this.unread.withoutValue++
    const time = this.times(columns as Column[], spans.timestamp)
    this.leaveOut(time, this.options, count, skipped)
    this.leaveOut(spans.timestamp, this.options.recorded, count, skipped)
    return { columns: columns as Column[], count, time, skipped }
  }

  private badRecords(skipped: Uint8Array): BadRecords {
    const { unread } = this
    return {
      add: (row, code, message) => {
        if (skipped[row] !== 0) return
        skipped[row] = 1
        unread.undecodable++
        unread.problem ??= `${code}: ${message}`
      },
    }
  }

  /** Where the column is null, the record's. */
  private times(columns: readonly Column[], recordTime: Float64Array): Float64Array {
    const { timeColumn } = this.options
    if (timeColumn === null) return recordTime
    const { values, nulls } = columns[timeColumn] as { values: Float64Array; nulls: Uint8Array | null }
    return nulls === null ? values : values.map((value, row) => (nulls[row] === 0 ? value : recordTime[row]))
  }

  private leaveOut(
    time: Float64Array,
    { from, until }: RecordTimes,
    count: number,
    skipped: Uint8Array,
  ): void {
    for (let row = 0; row < count; row++) if (time[row] < from || time[row] >= until) skipped[row] = 1
  }
}
