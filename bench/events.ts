import type { BatchArena } from '../engine/batch/arena.ts'
import { Batch } from '../engine/batch/batch.ts'
import type { Column } from '../engine/batch/columns.ts'
import { BytesColumn, IntColumn, NumberColumn } from '../engine/batch/columns.ts'
import type { Row } from '../engine/batch/schema.ts'
import { double, int, long, record, string, timestamp } from '../engine/batch/schema.ts'
import { Tick } from '../engine/batch/tick.ts'

/** The common workload's event: every engine that is compared generates these very values. */
export const Event = record('Event', {
  ts: timestamp(),
  user: long(),
  item: int(),
  value: double(),
  kind: string(),
})
export type Event = Row<typeof Event>

export const T0 = 1_700_000_000_000
export const PARTITIONS = 4
export const LATENESS_MS = 2000
/** Kinds 0 to 4 are a view, 5 to 7 a click, then cart and purchase; 10 is the sentinel's. */
export const kinds = [
  'view',
  'view',
  'view',
  'view',
  'view',
  'click',
  'click',
  'click',
  'cart',
  'purchase',
  'end',
]
export const PURCHASE = 9
const SENTINEL = 10

/** Event i as numbers, without an object. */
export class EventValues {
  ts = 0
  user = 0
  item = 0
  value = 0
  kind = 0
  private high = 0
  private low = 0

  set(i: number, keys: number): this {
    this.hash(i + 1)
    const { high, low } = this
    this.user = ((high % keys) * (4294967296 % keys) + (low % keys)) % keys
    this.item = (low >>> 20) & 0xfff
    this.value = ((high * 2097152 + (low >>> 11)) / 9007199254740992) * 100
    this.kind = (high >>> 8) % 10
    this.ts = T0 + Math.floor(i / 10) - ((high >>> 1) % 2001)
    return this
  }

  /** One a partition, an hour ahead: closes all windows. */
  sentinel(partition: number, events: number): this {
    this.ts = T0 + Math.floor(events / 10) + 3_600_000
    this.user = -(partition + 1)
    this.item = 0
    this.value = 0
    this.kind = SENTINEL
    return this
  }

  /** splitmix64 of n, in two halves. */
  private hash(n: number): void {
    this.high = 0
    this.low = n >>> 0
    this.times(0x9e3779b9, 0x7f4a7c15)
    this.xorShift(30)
    this.times(0xbf58476d, 0x1ce4e5b9)
    this.xorShift(27)
    this.times(0x94d049bb, 0x133111eb)
    this.xorShift(31)
  }

  private xorShift(by: number): void {
    const { high, low } = this
    this.low = (low ^ ((low >>> by) | (high << (32 - by)))) >>> 0
    this.high = (high ^ (high >>> by)) >>> 0
  }

  private times(high: number, low: number): void {
    const a0 = this.low & 0xffff
    const a1 = this.low >>> 16
    const b0 = low & 0xffff
    const b1 = low >>> 16
    const middle = a1 * b0 + ((a0 * b0) >>> 16)
    const carry = Math.floor((middle + a0 * b1) / 65536)
    const upper = a1 * b1 + carry
    this.high = (Math.imul(this.low, high) + Math.imul(this.high, low) + (upper | 0)) >>> 0
    this.low = Math.imul(this.low, low) >>> 0
  }
}

/** The events `from` to `to` as a batch. */
export function eventBatch(from: number, to: number, keys: number, arena: BatchArena): Batch<Event> {
  const rows = to - from
  const event = new EventValues()
  return batchOf(rows, i => event.set(from + i, keys), arena)
}

export function sentinelBatch(partition: number, events: number, arena: BatchArena): Batch<Event> {
  const event = new EventValues()
  return batchOf(1, () => event.sentinel(partition, events), arena)
}

const names = Buffer.from(kinds.join(''))
const ends = kinds.map((_, k) => Buffer.byteLength(kinds.slice(0, k + 1).join('')))

function batchOf(rows: number, valuesOf: (i: number) => EventValues, arena: BatchArena): Batch<Event> {
  const ts = arena.f64(rows)
  const user = arena.f64(rows)
  const item = arena.i32(rows)
  const value = arena.f64(rows)
  const start = arena.i32(rows)
  const end = arena.i32(rows)
  for (let i = 0; i < rows; i++) {
    const event = valuesOf(i)
    ts[i] = event.ts
    user[i] = event.user
    item[i] = event.item
    value[i] = event.value
    start[i] = event.kind === 0 ? 0 : (ends[event.kind - 1] as number)
    end[i] = ends[event.kind] as number
  }
  const columns: Column[] = [
    new NumberColumn(ts),
    new NumberColumn(user),
    new IntColumn(item),
    new NumberColumn(value),
    new BytesColumn(names, start, end),
  ]
  const tick = new Tick(arena, Number.NEGATIVE_INFINITY, Number.NaN)
  return new Batch(Event, tick, rows, null, { column: index => columns[index] as Column }, ts)
}
