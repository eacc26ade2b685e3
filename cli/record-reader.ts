import { BatchArena } from '../engine/batch/arena.ts'
import { Batch } from '../engine/batch/batch.ts'
import type { Column } from '../engine/batch/columns.ts'
import { BytesColumn } from '../engine/batch/columns.ts'
import { Tick } from '../engine/batch/tick.ts'
import { readRow } from '../engine/batch/values.ts'
import type { RowDecoder } from '../engine/codec/codec.ts'
import { decoderFor } from '../engine/codec/formats.ts'
import { KeyReader } from '../engine/codec/key-reader.ts'
import type { RecordHeader } from '../engine/codec/record/headers.ts'
import { readHeaders } from '../engine/codec/record/headers.ts'
import type { PartitionSource } from '../engine/home.ts'
import { RecordFeed } from '../engine/io/record-feed.ts'
import type { SchemaRegistry } from '../engine/schema-registry.ts'
import type { SourceSpec, TopicSpec } from '../engine/topic.ts'

/** A record as it lies in the log, and what it means if its topic's schema is known. */
export interface LogRecord {
  readonly partition: number
  readonly offset: number
  readonly timestamp: number
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly headers: readonly RecordHeader[]
  readonly row?: unknown
  /** Why there is no row although there is a schema. */
  readonly problem?: string
}

/** Reads a partition's records one by one for people to look at: what cannot be decoded is shown as it is. */
export class RecordReader {
  readonly source: PartitionSource
  private readonly feed: RecordFeed
  private readonly partition: number
  private readonly spec: TopicSpec | undefined
  private readonly decoder: RowDecoder | undefined
  private readonly arena = new BatchArena()

  constructor(
    topic: string,
    partition: number,
    source: PartitionSource,
    spec?: TopicSpec,
    registry?: SchemaRegistry,
  ) {
    this.source = source
    this.partition = partition
    this.spec = spec
    this.decoder = spec && decoderFor(spec, registry)
    this.feed = new RecordFeed(source, topic, partition)
  }

  /** The offset of the next record. */
  get position(): number {
    return this.feed.position
  }

  seek(offset: number): void {
    this.feed.seek(offset)
  }

  /** The next records, some thousand at most; none if there are no more now. */
  async read(): Promise<LogRecord[]> {
    if (!(await this.feed.fill())) return []
    const { spans } = this.feed
    const part = (start: Int32Array, end: Int32Array, i: number) =>
      start[i] < 0 ? null : spans.bytes.slice(start[i], end[i])
    const records = Array.from(
      { length: spans.count },
      (_, i): LogRecord => ({
        partition: this.partition,
        offset: spans.offset[i],
        timestamp: spans.timestamp[i],
        key: part(spans.keyStart, spans.keyEnd, i),
        value: part(spans.valueStart, spans.valueEnd, i),
        headers: readHeaders(spans.bytes, spans.headersStart[i], spans.headersEnd[i]),
      }),
    )
    return this.spec === undefined || this.decoder === undefined
      ? records
      : this.decode(records, this.spec, this.decoder)
  }

  close(): void {
    this.source.close()
    this.arena.close()
  }

  private async decode(
    records: readonly LogRecord[],
    spec: TopicSpec,
    decoder: RowDecoder,
  ): Promise<LogRecord[]> {
    const { spans } = this.feed
    const rows = spans.count
    const problems = new Map<number, string>()
    const bad = {
      add: (row: number, code: string, message: string) => void problems.set(row, `${code}: ${message}`),
    }
    const wanted = spec.schema.names.map(() => true)
    const input = { bytes: spans.bytes, start: spans.valueStart, end: spans.valueEnd, rows }
    await decoder.prepare?.(input)
    const columns = decoder.decode(input, wanted, this.arena, bad)
    const keys = new BytesColumn(spans.bytes, spans.keyStart, spans.keyEnd)
    if (spec.fromKey !== null)
      new KeyReader(spec as SourceSpec).fill(columns, wanted, keys, rows, this.arena, bad)
    const tick = new Tick(this.arena, 0, Number.NaN)
    const batch = new Batch(spec.schema, tick, rows, null, { column: index => columns[index] as Column })
    const decoded = records.map((record, i) => {
      const problem = problems.get(i)
      if (problem !== undefined) return { ...record, problem }
      return record.value === null ? record : { ...record, row: readRow(batch, i) }
    })
    this.arena.reset()
    return decoded
  }
}
