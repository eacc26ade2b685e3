import type { Batch } from '../batch/batch.ts'
import type { Projection } from '../batch/project.ts'
import { projection } from '../batch/project.ts'
import type { Schema } from '../batch/schema.ts'
import type { EncodedRows, RowEncoder } from '../codec/codec.ts'
import { ByteBuffer } from '../codec/codec.ts'
import { encoderFor, valueSchema } from '../codec/formats.ts'
import { KeyWriter } from '../codec/key-writer.ts'
import { partitionOf } from '../codec/murmur2.ts'
import { RecordRows } from '../codec/record/rows.ts'
import type { JobHome } from '../home.ts'
import { limits } from '../limits.ts'
import type { RowFailures, StepContext } from '../step.ts'
import type { TopicSpec } from '../topic.ts'

/** Takes to a home what a task has made. */
export interface TaskEnd {
  /** Whether readers depend on being told how far event time has come. */
  readonly tellsProgress: boolean
  /** Waits for whoever is not the home to have all that was written. */
  stored?(): Promise<void>
  /** Hands what has gathered to the home: all rows before `watermark`, Infinity where no more is to be expected now. */
  flush(watermark: number): void | Promise<void>
  /** What was begun and the home has not taken yet. */
  settled(): void | Promise<void>
  close?(): void
}

/** Where a graph's end writes to. */
export interface TaskOutput extends TaskEnd {
  readonly isOpen: boolean
  /** Learns the stream's schema before the first row. */
  open(schema: Schema): void
  /** Opens, once the schema is known, what takes time to open. */
  ready?(): Promise<void>
  write(batch: Batch): void
}

export interface OutputParts {
  readonly spec: TopicSpec
  readonly partitions: number
  readonly taskPartition: number
  readonly home: JobHome
  readonly context: StepContext<unknown, unknown>
  readonly job: string
}

/** Writes batches to a topic: columns to values and keys, rows to partitions, all into record batches. */
export class TopicOutput implements TaskOutput {
  readonly tellsProgress = false
  private readonly spec: TopicSpec
  private readonly home: JobHome
  private readonly context: StepContext<unknown, unknown>
  private readonly job: string
  private readonly encoder: RowEncoder
  private readonly values = new ByteBuffer()
  private readonly writers: RecordRows[]
  private readonly taskPartition: number
  private readonly waiting: Promise<void>[] = []
  private project: Projection | undefined
  private keys: KeyWriter | undefined
  private start = new Int32Array(0)
  private end = new Int32Array(0)

  constructor(parts: OutputParts) {
    this.spec = parts.spec
    this.home = parts.home
    this.context = parts.context
    this.job = parts.job
    this.encoder = encoderFor(parts.spec)
    this.taskPartition = parts.taskPartition % parts.partitions
    this.writers = Array.from({ length: parts.partitions }, () => new RecordRows())
  }

  get isOpen(): boolean {
    return this.project !== undefined
  }

  open(schema: Schema): void {
    const { spec, context } = this
    this.project = projection(schema, valueSchema(spec), { job: this.job, step: context.id })
    this.keys = new KeyWriter(context.id, spec.key ?? spec.fromKey, schema)
  }

  write(batch: Batch): void {
    const failures = this.context.failed(batch)
    const keys = this.keys as KeyWriter
    let rows = batch
    let keyed = keys.write(rows, failures)
    this.encode(rows, failures)
    if (failures.count > 0) {
      rows = failures.without(batch)
      keyed = keys.write(rows, failures)
      this.encode(rows, failures)
    }
    this.spread(rows, keyed, { bytes: this.values.bytes, start: this.start, end: this.end, rows: rows.rows })
  }

  flush(): void | Promise<void> {
    for (let partition = 0; partition < this.writers.length; partition++) this.send(partition)
    return this.settled()
  }

  settled(): void | Promise<void> {
    if (this.waiting.length > 0) return Promise.all(this.waiting.splice(0)).then(() => {})
  }

  private encode(batch: Batch, failures: RowFailures): void {
    try {
      this.encodeAll(batch)
    } catch (error) {
      this.sift(batch, failures)
      if (failures.count === 0) throw error
    }
  }

  private encodeAll(batch: Batch): void {
    const columns = (this.project as Projection)(batch)
    this.reserve(batch.rows)
    this.values.clear()
    this.encoder.encode(columns, batch.rows, this.values, this.start, this.end)
  }

  /** Encodes the rows one by one, to find those that have no encoding. */
  private sift(batch: Batch, failures: RowFailures): void {
    for (let row = 0; row < batch.rows; row++) {
      try {
        this.encodeAll(batch.pick(batch.arena.i32(1).fill(row), 1))
      } catch (error) {
        failures.note(row, error)
      }
    }
  }

  private spread(batch: Batch, keys: EncodedRows, values: EncodedRows): void {
    const { rows, time, arena } = batch
    const count = this.writers.length
    const order = arena.i32(rows)
    if (count === 1) {
      for (let row = 0; row < rows; row++) order[row] = row
      this.put(0, order, rows, time, keys, values)
      return
    }
    const partition = arena.i32(rows)
    const sizes = new Int32Array(count + 1)
    for (let row = 0; row < rows; row++) {
      const start = keys.start[row]
      const chosen = start < 0 ? this.taskPartition : partitionOf(keys.bytes, start, keys.end[row], count)
      partition[row] = chosen
      sizes[chosen + 1]++
    }
    for (let k = 1; k <= count; k++) sizes[k] += sizes[k - 1]
    const next = sizes.slice()
    for (let row = 0; row < rows; row++) order[next[partition[row]]++] = row
    for (let k = 0; k < count; k++) {
      this.put(k, order.subarray(sizes[k], sizes[k + 1]), sizes[k + 1] - sizes[k], time, keys, values)
    }
  }

  private put(
    partition: number,
    rows: Int32Array,
    count: number,
    time: Float64Array,
    keys: EncodedRows,
    values: EncodedRows,
  ): void {
    const writer = this.writers[partition] as RecordRows
    for (let from = 0; from < count; ) {
      const end = fitting(writer, rows, from, count, keys, values)
      writer.append(rows.subarray(from, end), end - from, time, keys, values)
      if (end < count || writer.byteLength >= limits.produceBytes) this.send(partition)
      from = end
    }
  }

  private send(partition: number): void {
    const writer = this.writers[partition] as RecordRows
    if (writer.count === 0) return
    const sent = this.home.append(this.spec.name, partition, writer.finish())
    if (!sent) return
    this.waiting.push(sent)
    // A failure is told by `settled`, which may be called later or, where the task has failed already, never.
    sent.catch(() => {})
  }

  private reserve(rows: number): void {
    if (this.start.length >= rows) return
    this.start = new Int32Array(rows * 2)
    this.end = new Int32Array(rows * 2)
  }
}

/** How far the rows go into the record batch: one that is larger than that goes alone. */
function fitting(
  { byteLength, count }: RecordRows,
  rows: Int32Array,
  from: number,
  end: number,
  keys: EncodedRows,
  values: EncodedRows,
): number {
  let room = limits.produceBytes - byteLength
  for (let at = from; at < end; at++) {
    const row = rows[at]
    room -= bytesOf(values, row) + bytesOf(keys, row)
    if (room < 0 && (at > from || count > 0)) return at
  }
  return end
}

function bytesOf({ start, end }: EncodedRows, row: number): number {
  return start[row] < 0 ? 0 : end[row] - start[row]
}
