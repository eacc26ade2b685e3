import type { Subject } from 'rxjs'
import { Batch } from '../batch/batch.ts'
import type { Column } from '../batch/columns.ts'
import { BytesColumn } from '../batch/columns.ts'
import type { Tick } from '../batch/tick.ts'
import type { EncodedRows, RowDecoder } from '../codec/codec.ts'
import { decoderFor } from '../codec/formats.ts'
import { KeyReader } from '../codec/key-reader.ts'
import type { ErrorCode } from '../error-codes.ts'
import { HeadraceError } from '../errors.ts'
import type { BuildInput } from '../graph/build.ts'
import type { PartitionSource } from '../home.ts'
import { limits } from '../limits.ts'
import type { SchemaRegistry } from '../schema-registry.ts'
import { RowDater } from '../time/row-dater.ts'
import { InputClock } from '../time/watermark.ts'
import type { SourceSpec } from '../topic.ts'
import { RecordFeed } from './record-feed.ts'
import type { Reject } from './rejects.ts'

/** What an input has read since the job first ran: part of the checkpoint. */
export class InputCounters {
  /** Records read, each of which is either passed on or rejected. */
  read = 0
  passed = 0
  rejected = 0
}

type Note = (row: number, code: ErrorCode, message: string) => void

/** What a task reads: one partition of a source, or of a repartition of its own job. */
export interface TaskInput {
  readonly id: string
  readonly spec: SourceSpec
  readonly partition: number
  readonly clock: InputClock
  readonly counters: InputCounters
  readonly feed: RecordFeed
  /** Gets what has to be known before the records at hand can be decoded. */
  prepare?(): void | Promise<void>
  /** Makes a tick of the records at hand; gives the batch that is to be pushed. */
  begin(tick: Tick, input: number, rejects: Reject[]): Batch
  push(batch: Batch): void
  /** What a checkpoint has to remember beside position and clock. */
  save?(): readonly string[]
  load?(saved: readonly string[]): void
}

/** One partition of a source in a task: turns its records into ticks and batches. */
export class SourceInput implements TaskInput {
  readonly id: string
  readonly spec: SourceSpec
  readonly partition: number
  readonly clock: InputClock
  readonly counters = new InputCounters()
  readonly feed: RecordFeed
  private readonly batches: Subject<Batch>
  private readonly decoder: RowDecoder
  private readonly keyReader: KeyReader | null
  private readonly dater: RowDater
  /** Columns that somebody has asked for so far: these are decoded at once. */
  private readonly wanted: boolean[]
  private bad = new Uint8Array(0)
  private badCount = 0

  constructor(
    build: BuildInput,
    partition: number,
    source: PartitionSource,
    job: string,
    registry?: SchemaRegistry,
  ) {
    this.id = build.id
    this.spec = build.source
    this.partition = partition
    this.batches = build.batches
    this.clock = new InputClock(this.spec.latenessMs)
    this.feed = new RecordFeed(source, this.spec.name, partition, job)
    this.decoder = decoderFor(this.spec, registry)
    this.keyReader = this.spec.fromKey === null ? null : new KeyReader(this.spec)
    this.dater = new RowDater(this.id, this.spec)
    this.wanted = this.spec.schema.names.map(() => false)
  }

  prepare(): void | Promise<void> {
    const { bytes, valueStart, valueEnd, count } = this.feed.spans
    return this.decoder.prepare?.({ bytes, start: valueStart, end: valueEnd, rows: count })
  }

  begin(tick: Tick, input: number, rejects: Reject[]): Batch {
    const { spans } = this.feed
    const rows = spans.count
    tick.input = input
    tick.topic = this.spec.name
    tick.partition = this.partition
    tick.rows = rows
    tick.offset = spans.offset
    tick.recordTime = spans.timestamp
    tick.key = new BytesColumn(spans.bytes, spans.keyStart, spans.keyEnd)
    tick.value = new BytesColumn(spans.bytes, spans.valueStart, spans.valueEnd)
    this.beginBad(rows)
    const note = this.noteFor(rejects, tick)
    const batch = this.decode(tick, rows, note)
    this.dater.date(batch, this.clock, this.bad, this.badCount > 0, note)
    tick.watermark = this.dater.watermark
    tick.time = this.dater.time
    this.counters.read += rows
    this.counters.passed += rows - this.badCount
    this.counters.rejected += this.badCount
    return this.badCount === 0 ? batch : this.withoutBad(batch)
  }

  push(batch: Batch): void {
    this.batches.next(batch)
  }

  private decode(tick: Tick, rows: number, note: Note): Batch {
    const { spec, wanted } = this
    const { bytes, start, end } = tick.value as BytesColumn
    for (let row = 0; row < rows; row++) {
      if (end[row] - start[row] > limits.recordBytes) {
        note(
          row,
          'HR_RECORD_TOO_LARGE',
          `the record has ${end[row] - start[row]} bytes, ${limits.recordBytes} are allowed`,
        )
      } else if (start[row] < 0 && !spec.table) note(row, 'HR_RECORD_EMPTY', 'the record has no value')
      else if (start[row] < 0 && spec.fromKey === null) {
        note(
          row,
          'HR_RECORD_EMPTY',
          'the record has no value, and without fromKey the table has no key to delete',
        )
      }
    }
    const bad = { add: note }
    const input = { bytes, start, end, rows }
    const columns = this.decoder.decode(input, wanted, tick.arena, bad)
    this.keyReader?.fill(columns, wanted, tick.key as BytesColumn, rows, tick.arena, bad)
    const column = (index: number): Column => columns[index] ?? this.decodeOne(input, index, tick)
    return new Batch(spec.schema, tick, rows, null, { column })
  }

  /** A column that nobody had asked for before: its records have been checked, so that none is bad now. */
  private decodeOne(input: EncodedRows, index: number, tick: Tick): Column {
    this.wanted[index] = true
    const only = this.wanted.map((_, k) => k === index)
    const checked = { add: () => {} }
    const columns = this.decoder.decode(input, only, tick.arena, checked)
    this.keyReader?.fill(columns, only, tick.key as BytesColumn, input.rows, tick.arena, checked)
    const column = columns[index]
    if (!column)
      throw new HeadraceError('HR_INTERNAL', `column ${index} of ${this.spec.name} cannot be decoded`)
    return column
  }

  private beginBad(rows: number): void {
    this.badCount = 0
    if (this.bad.length < rows) this.bad = new Uint8Array(rows * 2)
    else this.bad.fill(0, 0, rows)
  }

  private noteFor(rejects: Reject[], tick: Tick): Note {
    return (row, code, message) => {
      if (this.bad[row] === 1) return
      if (this.spec.onBad === 'fail') {
        const place = {
          step: this.id,
          topic: this.spec.name,
          partition: this.partition,
          offset: tick.offset[row],
        }
        throw new HeadraceError(code, message, place)
      }
      this.bad[row] = 1
      this.badCount++
      rejects.push({ at: row, row, time: tick.recordTime[row], step: this.id, code, message })
    }
  }

  private withoutBad(batch: Batch): Batch {
    const kept = batch.arena.i32(batch.rows)
    let count = 0
    for (let row = 0; row < batch.rows; row++) if (this.bad[row] === 0) kept[count++] = row
    return batch.pick(kept, count)
  }
}
