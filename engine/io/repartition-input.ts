import { Batch } from '../batch/batch.ts'
import type { Column, NumberColumn } from '../batch/columns.ts'
import { BytesColumn } from '../batch/columns.ts'
import type { Schema } from '../batch/schema.ts'
import type { Tick } from '../batch/tick.ts'
import { avroDecoder } from '../codec/avro/decode.ts'
import type { RowDecoder } from '../codec/codec.ts'
import { HeadraceError } from '../errors.ts'
import type { BuildInput } from '../graph/build.ts'
import type { PartitionSource } from '../home.ts'
import { InputClock } from '../time/watermark.ts'
import type { SourceSpec } from '../topic.ts'
import type { TaskInput } from './input.ts'
import { InputCounters } from './input.ts'
import { RecordFeed } from './record-feed.ts'
import { carriedSchema, readProgress } from './repartition-format.ts'

/** The beginning of a later stage: rows of many origins, each judged against the watermark of its own. */
export class RepartitionInput implements TaskInput {
  readonly id: string
  readonly spec: SourceSpec
  readonly partition: number
  readonly clock = new InputClock(0)
  readonly counters = new InputCounters()
  readonly feed: RecordFeed
  private readonly build: BuildInput
  private readonly carried: Schema
  private readonly decoder: RowDecoder
  /** How far each origin has come, and whether it is idle. */
  private readonly origins: Float64Array
  private readonly idle: boolean[]
  private watermark = new Float64Array(0)

  constructor(build: BuildInput, partition: number, source: PartitionSource, job: string, origins: number) {
    this.id = build.id
    this.spec = build.source
    this.build = build
    this.partition = partition
    this.feed = new RecordFeed(source, this.spec.name, partition, job)
    this.carried = carriedSchema(this.spec.schema)
    this.decoder = avroDecoder(this.carried, { framing: 'none' })
    this.origins = new Float64Array(origins).fill(Number.NEGATIVE_INFINITY)
    this.idle = new Array(origins).fill(false)
  }

  begin(tick: Tick, input: number): Batch {
    const { spans } = this.feed
    const rows = spans.count
    tick.input = input
    tick.topic = this.spec.name
    tick.partition = this.partition
    tick.rows = rows
    tick.offset = spans.offset
    tick.recordTime = spans.timestamp
    tick.time = spans.timestamp
    tick.key = new BytesColumn(spans.bytes, spans.keyStart, spans.keyEnd)
    tick.value = new BytesColumn(spans.bytes, spans.valueStart, spans.valueEnd)
    const columns = this.decode(tick)
    const own = (columns.at(-1) as NumberColumn).values
    const kept = tick.arena.i32(rows)
    const count = this.advance(tick, own, kept)
    // Rows alone: how many records tell of progress is a matter of when tasks have committed.
    this.counters.read += count
    this.counters.passed += count
    const all = new Batch(
      this.spec.schema,
      tick,
      rows,
      null,
      { column: k => columns[k] as Column },
      null,
      own,
    )
    return count === rows ? all : all.pick(kept, count)
  }

  push(batch: Batch): void {
    this.build.batches.next(batch)
  }

  save(): readonly string[] {
    return Array.from(this.origins, (watermark, origin) => `${watermark}${this.idle[origin] ? ' idle' : ''}`)
  }

  load(saved: readonly string[]): void {
    saved.forEach((text, origin) => {
      const [watermark, idle] = text.split(' ')
      this.origins[origin] = Number(watermark)
      this.idle[origin] = idle !== undefined
    })
  }

  private decode(tick: Tick): (Column | null)[] {
    const { bytes, start, end } = tick.value as BytesColumn
    const wanted = this.carried.names.map(() => true)
    const bad = {
      add: (row: number, _code: string, message: string) => {
        if (start[row] < 0) return
        const place = { topic: tick.topic, partition: tick.partition, offset: tick.offset[row] as number }
        throw new HeadraceError(
          'HR_STATE_CORRUPT',
          `a row between two stages cannot be read: ${message}`,
          place,
        )
      },
    }
    return this.decoder.decode({ bytes, start, end, rows: tick.rows }, wanted, tick.arena, bad)
  }

  /** Moves the origins on, row by row; gives the number of data rows, their places in `kept`. */
  private advance(tick: Tick, own: Float64Array, kept: Int32Array): number {
    const { rows } = tick
    if (this.watermark.length < rows) this.watermark = new Float64Array(rows * 2)
    const key = tick.key as BytesColumn
    const { start } = tick.value as BytesColumn
    let reached = this.clock.watermark
    let count = 0
    for (let row = 0; row < rows; row++) {
      if (start[row] < 0) {
        const { origin, watermark } = readProgress(key.bytes, key.start[row])
        this.idle[origin] = watermark === Number.POSITIVE_INFINITY
        if (!this.idle[origin]) this.origins[origin] = watermark
        reached = Math.max(reached, this.least())
      } else {
        // An origin that was idle may be behind what has been closed without it.
        if (own[row] < reached) own[row] = reached
        kept[count++] = row
      }
      this.watermark[row] = reached
    }
    tick.watermark = this.watermark
    this.clock.raise(reached)
    this.clock.idle = this.idle.every(Boolean)
    return count
  }

  /** The minimum over the origins that are not idle; where all are, none holds the others back. */
  private least(): number {
    const awake = this.origins.filter((_, origin) => !this.idle[origin])
    return awake.length > 0 ? Math.min(...awake) : Math.max(...this.origins)
  }
}

/** Whether it is read from outside, not from an earlier stage, whose records are elsewhere in another run. */
export function isSource(input: TaskInput): boolean {
  return !(input instanceof RepartitionInput)
}
