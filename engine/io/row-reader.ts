import { BatchArena } from '../batch/arena.ts'
import { Batch } from '../batch/batch.ts'
import type { Column } from '../batch/columns.ts'
import { BytesColumn } from '../batch/columns.ts'
import { Tick } from '../batch/tick.ts'
import { readRow } from '../batch/values.ts'
import type { RowDecoder } from '../codec/codec.ts'
import { decoderFor } from '../codec/formats.ts'
import { KeyReader } from '../codec/key-reader.ts'
import { HeadraceError } from '../errors.ts'
import type { PartitionSource } from '../home.ts'
import type { SchemaRegistry } from '../schema-registry.ts'
import type { SourceSpec, TopicSpec } from '../topic.ts'
import { RecordFeed } from './record-feed.ts'

export interface ReadRecord<T> {
  readonly partition: number
  readonly offset: number
  readonly timestamp: number
  readonly key: string | null
  /** Null for a tombstone. */
  readonly row: T | null
}

/** Reads a topic's partition as plain row objects: for tests and the command line. */
export class RowReader<T> {
  private readonly feed: RecordFeed
  private readonly spec: TopicSpec
  private readonly partition: number
  private readonly decoder: RowDecoder
  private readonly arena = new BatchArena()

  constructor(
    spec: TopicSpec,
    partition: number,
    source: PartitionSource,
    from: number,
    registry?: SchemaRegistry,
  ) {
    this.spec = spec
    this.partition = partition
    this.decoder = decoderFor(spec, registry)
    this.feed = new RecordFeed(source, spec.name, partition, 'row-reader')
    this.feed.seek(from)
  }

  /** The offset behind what has been read; where there are no records, behind what was passed over. */
  get position(): number {
    return this.feed.position
  }

  /** The next records, some thousand at most; none if there are no more now. */
  async read(): Promise<ReadRecord<T>[]> {
    if (!(await this.feed.fill())) return []
    const { spans } = this.feed
    const rows = spans.count
    const bad = {
      add: (row: number, code: ConstructorParameters<typeof HeadraceError>[0], message: string) => {
        if (spans.valueStart[row] < 0) return
        const place = {
          topic: this.spec.name,
          partition: this.partition,
          offset: spans.offset[row] as number,
        }
        throw new HeadraceError(code, message, place)
      },
    }
    const keys = new BytesColumn(spans.bytes, spans.keyStart, spans.keyEnd)
    const input = { bytes: spans.bytes, start: spans.valueStart, end: spans.valueEnd, rows }
    const wanted = this.spec.schema.names.map(() => true)
    await this.decoder.prepare?.(input)
    const columns = this.decoder.decode(input, wanted, this.arena, bad)
    if (this.spec.fromKey !== null) {
      new KeyReader(this.spec as SourceSpec).fill(columns, wanted, keys, rows, this.arena, bad)
    }
    const tick = new Tick(this.arena, 0, Number.NaN)
    const batch = new Batch(this.spec.schema, tick, rows, null, { column: index => columns[index] as Column })
    const records = Array.from({ length: rows }, (_, i) => ({
      partition: this.partition,
      offset: spans.offset[i] as number,
      timestamp: spans.timestamp[i] as number,
      key:
        spans.keyStart[i] < 0
          ? null
          : Buffer.from(keys.bytes.subarray(keys.start[i], keys.end[i])).toString(),
      row: spans.valueStart[i] < 0 ? null : (readRow(batch, i) as T),
    }))
    this.arena.reset()
    return records
  }

  close(): void {
    this.arena.close()
  }
}
