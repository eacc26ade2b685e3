import type { BatchArena } from '../../batch/arena.ts'
import type { Column, Nulls } from '../../batch/columns.ts'
import { BytesColumn, gather } from '../../batch/columns.ts'
import type { Field } from '../../batch/schema.ts'
import { makeSchema } from '../../batch/schema.ts'
import { avroDecoder } from '../../codec/avro/decode.ts'
import { avroEncoder } from '../../codec/avro/encode.ts'
import type { RowDecoder, RowEncoder } from '../../codec/codec.ts'
import { ByteBuffer } from '../../codec/codec.ts'
import { HeadraceError } from '../../errors.ts'
import type { StateWriter } from '../blob/blob.ts'
import type { StateTable } from '../blob/blob-table.ts'
import { BytesHeap } from './bytes-heap.ts'
import type { KeptValues } from './kept-values.ts'

/** Arrays and nested records by slot, kept as the bytes that Avro makes of them. */
export class EncodedValues implements KeptValues {
  private readonly heap = new BytesHeap()
  private readonly buffer = new ByteBuffer()
  private readonly encoder: RowEncoder
  private readonly decoder: RowDecoder

  constructor(field: Field) {
    const schema = makeSchema('Kept', { value: field })
    this.encoder = avroEncoder(schema)
    this.decoder = avroDecoder(schema)
  }

  grow(capacity: number): void {
    this.heap.grow(capacity)
  }

  put(column: Column, rows: Int32Array, slots: Int32Array, count: number, arena: BatchArena): void {
    const start = arena.i32(count)
    const end = arena.i32(count)
    const inOrder = arena.i32(count)
    for (let i = 0; i < count; i++) inOrder[i] = i
    this.buffer.clear()
    this.encoder.encode([gather(column, rows, count, arena)], count, this.buffer, start, end)
    this.heap.put(new BytesColumn(this.buffer.bytes, start, end), inOrder, slots, count)
  }

  take(slots: Int32Array, count: number, nulls: Nulls, arena: BatchArena): Column {
    const { bytes, start, end } = this.heap.take(slots, count, nulls, arena)
    if (nulls !== null) for (let i = 0; i < count; i++) if (nulls[i] === 1) start[i] = end[i] = -1
    const [column] = this.decoder.decode({ bytes, start, end, rows: count }, [true], arena, {
      add: unreadable,
    })
    ;(column as Column).nulls = nulls
    return column as Column
  }

  free(slot: number): void {
    this.heap.free(slot)
  }

  write(writer: StateWriter, name: string, slots: Int32Array, count: number): void {
    this.heap.write(writer, name, slots, count)
  }

  read(table: StateTable, name: string, slots: Int32Array): boolean {
    return this.heap.read(table, name, slots)
  }

  release(): void {
    this.heap.release()
  }
}

function unreadable(row: number, code: string, message: string): void {
  throw new HeadraceError('HR_INTERNAL', `row ${row} of the state cannot be read: ${code}, ${message}`)
}
