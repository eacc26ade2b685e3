import { Batch } from '../batch/batch.ts'
import type { Column } from '../batch/columns.ts'
import { BytesColumn, IntColumn, NumberColumn } from '../batch/columns.ts'
import { bytes, int, long, nullable, record, string, timestamp } from '../batch/schema.ts'
import type { Tick } from '../batch/tick.ts'
import type { ErrorCode } from '../error-codes.ts'

/** What could not be used: the record whole, where it comes from, and why. */
export const Rejected = record('Rejected', {
  topic: string(),
  partition: int(),
  offset: long(),
  timestamp: timestamp(),
  key: nullable(bytes()),
  value: nullable(bytes()),
  step: string({ description: 'the source or step that rejected it' }),
  code: string(),
  message: string(),
})

export type Rejected = {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly timestamp: number
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly step: string
  readonly code: string
  readonly message: string
}

export interface Reject {
  /** The tick's row that caused it. */
  readonly at: number
  /** The same where the record itself is rejected; `tick.rows` where a step rejects a row that it computed. */
  readonly row: number
  /** The timestamp of the record, or the event time of the row that a step computed. */
  readonly time: number
  readonly step: string
  readonly code: ErrorCode
  readonly message: string
  /** What to keep instead of the record's value, where a step rejects a row that it computed. */
  readonly value?: Uint8Array
}

const encoder = new TextEncoder()

/** Rejected rows of one tick as a batch. */
export function rejectedBatch(rejects: readonly Reject[], tick: Tick): Batch<Rejected> {
  const count = rejects.length
  const { arena } = tick
  const at = arena.i32(count)
  const time = arena.f64(count)
  for (let i = 0; i < count; i++) {
    at[i] = rejects[i].at
    time[i] = rejects[i].time
  }
  const known = (row: number) => row >= 0 && row < tick.rows
  const texts = (of: (reject: Reject) => string) =>
    bytesColumn(rejects.map(reject => encoder.encode(of(reject))))
  const part = (of: BytesColumn | null) => (reject: Reject) =>
    of !== null && known(reject.row) && of.start[reject.row] >= 0
      ? of.bytes.subarray(of.start[reject.row], of.end[reject.row])
      : null
  const offsets = arena.f64(count)
  for (let i = 0; i < count; i++) offsets[i] = known(rejects[i].row) ? tick.offset[rejects[i].row] : -1
  const columns: Column[] = [
    texts(() => tick.topic),
    new IntColumn(arena.i32(count).fill(tick.partition)),
    new NumberColumn(offsets),
    new NumberColumn(time),
    bytesColumn(rejects.map(part(tick.key))),
    bytesColumn(rejects.map(reject => reject.value ?? part(tick.value)(reject))),
    texts(reject => reject.step),
    texts(reject => reject.code),
    texts(reject => reject.message),
  ]
  return new Batch(Rejected, tick, count, at, { column: index => columns[index] }, time)
}

function bytesColumn(parts: readonly (Uint8Array | null)[]): BytesColumn {
  const start = new Int32Array(parts.length)
  const end = new Int32Array(parts.length)
  const nulls = new Uint8Array(parts.length)
  const all = new Uint8Array(parts.reduce((sum, part) => sum + (part?.length ?? 0), 0))
  let at = 0
  parts.forEach((part, i) => {
    start[i] = at
    if (part === null) nulls[i] = 1
    else all.set(part, at)
    at += part?.length ?? 0
    end[i] = at
  })
  return new BytesColumn(all, start, end, nulls)
}
