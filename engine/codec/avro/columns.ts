import type { BatchArena } from '../../batch/arena.ts'
import type { Column, Layout } from '../../batch/columns.ts'
import {
  ArrayColumn,
  BigintColumn,
  BoolColumn,
  BytesColumn,
  FloatColumn,
  IntColumn,
  layoutOf,
  NumberColumn,
  RecordColumn,
  VectorColumn,
} from '../../batch/columns.ts'
import type { Field } from '../../batch/schema.ts'
import { ByteBuffer } from '../codec.ts'

type Values = Float64Array | Float32Array | Int32Array | Uint8Array | BigInt64Array

const INITIAL_ITEMS = 256

/** Columns of one length while generated code fills them: those of the rows, or of an array's items. */
export class ColumnLevel {
  /** Items so far; generated code keeps it while it runs. */
  count = 0
  capacity: number
  readonly columns: readonly (AvroColumn | null)[]

  constructor(capacity: number, columns: readonly (AvroColumn | null)[]) {
    this.capacity = capacity
    this.columns = columns
  }

  /** Makes room for `needed` items, keeping the first `count`. */
  grow(needed: number, count: number): void {
    this.capacity = Math.max(needed, this.capacity * 2)
    for (const column of this.columns) column?.resize(this.capacity, count)
  }

  finish(input: Uint8Array, rows: number): (Column | null)[] {
    return this.columns.map(column => column?.finish(input, rows) ?? null)
  }
}

/** One column while it is filled. Which of the arrays are there depends on the layout. */
export class AvroColumn {
  readonly layout: Layout
  readonly fields: readonly AvroColumn[] = []
  readonly items: ColumnLevel | null = null
  values: Values = new Uint8Array(0)
  /** The halves of 64-bit integers. */
  words: Int32Array = new Int32Array(0)
  start: Int32Array = new Int32Array(0)
  end: Int32Array = new Int32Array(0)
  nulls: Uint8Array = new Uint8Array(0)
  private readonly field: Field
  private readonly arena: BatchArena
  /** Values that do not stand in the input, such as defaults; a position p among them is kept as -1 - p. */
  private readonly aside: ByteBuffer | null = null

  constructor(field: Field, capacity: number, arena: BatchArena, parentHasDefault = false) {
    const hasDefault = parentHasDefault || field.default !== undefined
    this.field = field
    this.arena = arena
    this.layout = layoutOf(field)
    if (this.layout === 'bytes' && (hasDefault || field.kind === 'decimal')) this.aside = new ByteBuffer(256)
    if (this.layout === 'array') {
      const item = new AvroColumn(field.item as Field, INITIAL_ITEMS, arena, hasDefault)
      this.items = new ColumnLevel(INITIAL_ITEMS, [item])
    }
    if (this.layout === 'record') {
      const fields = Object.values(field.fields ?? {})
      this.fields = fields.map(inner => new AvroColumn(inner, capacity, arena, hasDefault))
    }
    this.allocate(capacity, 0)
  }

  /** Makes room for `capacity` values, keeping the first `count`. */
  resize(capacity: number, count: number): void {
    for (const field of this.fields) field.resize(capacity, count)
    this.allocate(capacity, count)
  }

  /** Keeps a value that does not stand in the input, and gives what its `start` has to be. */
  keepAside(bytes: Uint8Array): number {
    const aside = this.aside as ByteBuffer
    const start = -1 - aside.length
    aside.append(bytes)
    return start
  }

  finish(input: Uint8Array, rows: number): Column {
    const { field, start, end, values } = this
    const nulls = field.nullable && this.nulls.subarray(0, rows).includes(1) ? this.nulls : null
    switch (this.layout) {
      case 'number':
        return new NumberColumn(values as Float64Array, nulls)
      case 'int':
        return new IntColumn(values as Int32Array, nulls)
      case 'bool':
        return new BoolColumn(values as Uint8Array, nulls)
      case 'bigint':
        return new BigintColumn(values as BigInt64Array, nulls)
      case 'float':
        return new FloatColumn(values as Float32Array, nulls)
      case 'vector':
        return new VectorColumn(values as Float32Array, field.size ?? 0, nulls)
      case 'bytes':
        return new BytesColumn(this.gathered(input, rows), start, end, nulls)
      case 'array': {
        const items = this.items as ColumnLevel
        return new ArrayColumn(start, end, items.finish(input, items.count)[0] as Column, nulls)
      }
      case 'record':
        return new RecordColumn(
          this.fields.map(inner => inner.finish(input, rows)),
          nulls,
        )
    }
  }

  private allocate(capacity: number, count: number): void {
    const { arena, layout } = this
    if (this.field.nullable) this.nulls = copied(this.nulls, arena.u8(capacity), count)
    if (layout === 'bytes' || layout === 'array') {
      this.start = copied(this.start, arena.i32(capacity), count)
      this.end = copied(this.end, arena.i32(capacity), count)
      // Where nothing gets written, nothing must be gathered.
      if (this.aside !== null) {
        this.start.fill(0, count)
        this.end.fill(0, count)
      }
    } else if (layout !== 'record') {
      const width = layout === 'vector' ? (this.field.size ?? 0) : 1
      this.values = copied(this.values, valuesOf(layout, arena, capacity * width), count * width)
      if (layout === 'bigint') {
        this.words = new Int32Array(this.values.buffer, this.values.byteOffset, capacity * 2)
      }
    }
  }

  /** A column has one buffer: where a value stands aside, all are copied into one of their own. */
  private gathered(input: Uint8Array, rows: number): Uint8Array {
    const { aside, start, end } = this
    if (aside === null || aside.length === 0) return input
    let total = aside.length
    for (let row = 0; row < rows; row++) if (start[row] >= 0) total += end[row] - start[row]
    const bytes = this.arena.u8(total)
    bytes.set(aside.bytes.subarray(0, aside.length))
    let to = aside.length
    for (let row = 0; row < rows; row++) {
      if (start[row] < 0) {
        start[row] = -1 - start[row]
        end[row] = -1 - end[row]
      } else {
        const from = to
        for (let p = start[row]; p < end[row]; p++) bytes[to++] = input[p]
        start[row] = from
        end[row] = to
      }
    }
    return bytes
  }
}

function copied<A extends Values>(from: Values, into: A, count: number): A {
  if (count > 0) into.set(from.subarray(0, count) as never)
  return into
}

function valuesOf(layout: Layout, arena: BatchArena, length: number): Values {
  switch (layout) {
    case 'int':
      return arena.i32(length)
    case 'bool':
      return arena.u8(length)
    case 'float':
    case 'vector':
      return arena.f32(length)
    case 'bigint':
      return arena.i64(length)
    default:
      return arena.f64(length)
  }
}
