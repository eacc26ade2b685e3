import type { Column } from '../../engine/batch/columns.ts'
import type { Schema } from '../../engine/batch/schema.ts'
import { limits } from '../../engine/limits.ts'
import type { StoreRows } from '../../engine/stores/stores.ts'
import { EntityTexts } from './entity-texts.ts'
import type { ViewVersionName } from './keys.ts'
import { BUCKETS, keyHead } from './keys.ts'
import { RespBuffer } from './resp-buffer.ts'
import type { Script } from './scripts.ts'
import { putValue } from './stored-value.ts'

export interface WriteCallsParts {
  readonly view: ViewVersionName
  readonly schema: Schema
  readonly keyPrefix: string
  readonly script: Script
  /** For how long after its event time a value is kept; null: for ever. */
  readonly lifeMs: number | null
  /** In a cluster the keys of one call have to be in one bucket. */
  readonly byBucket: boolean
}

/** One call of the script, for some rows. */
export interface WriteCall {
  /** All of it, as it is sent. */
  readonly bytes: Buffer
  /** Of one of the keys: it tells the node that has them. */
  readonly key: string
}

/** Makes calls of the script straight from columns. */
export class WriteCalls {
  private readonly parts: WriteCallsParts
  private readonly fields: readonly string[]
  private readonly life: readonly string[]
  private readonly rowsPerCall: number
  private readonly heads: Buffer[] = []
  private readonly texts: EntityTexts
  private readonly out = new RespBuffer()
  private order = new Int32Array(0)
  private readonly bucketEnds = new Int32Array(BUCKETS)

  constructor(parts: WriteCallsParts) {
    const [entity, ...fields] = parts.schema.names
    this.parts = parts
    this.fields = fields
    this.life = parts.lifeMs === null ? [] : [String(parts.lifeMs)]
    this.rowsPerCall = Math.max(1, Math.floor(limits.redisCallValues / fields.length))
    this.texts = new EntityTexts(parts.schema.fields[entity])
  }

  make({ rows, columns, time, position }: StoreRows): WriteCall[] {
    const [entities, ...values] = columns
    this.texts.read(entities, rows)
    this.sort(rows)
    const calls: WriteCall[] = []
    for (let from = 0; from < rows; ) {
      const to = this.endOf(from, rows)
      this.head(to - from)
      for (let at = from; at < to; at++) this.key(this.order[at])
      this.names()
      for (let at = from; at < to; at++) this.values(values, this.order[at], time, position)
      const key = this.headOf(this.texts.bucket[this.order[from]]).toString()
      calls.push({ bytes: this.out.take(), key })
      from = to
    }
    return calls
  }

  /** The rows in the order in which they are sent: those of a bucket together, where that matters. */
  private sort(rows: number): void {
    if (this.order.length < rows) this.order = new Int32Array(rows)
    const { order, bucketEnds } = this
    const { bucket } = this.texts
    if (!this.parts.byBucket) {
      for (let row = 0; row < rows; row++) order[row] = row
      return
    }
    bucketEnds.fill(0)
    for (let row = 0; row < rows; row++) bucketEnds[bucket[row]]++
    for (let b = 1; b < BUCKETS; b++) bucketEnds[b] += bucketEnds[b - 1]
    for (let row = rows - 1; row >= 0; row--) order[--bucketEnds[bucket[row]]] = row
  }

  private endOf(from: number, rows: number): number {
    const most = Math.min(rows, from + this.rowsPerCall)
    if (!this.parts.byBucket) return most
    const { bucket } = this.texts
    let to = from + 1
    while (to < most && bucket[this.order[to]] === bucket[this.order[from]]) to++
    return to
  }

  private head(rows: number): void {
    const { out, fields, life } = this
    out.arguments(4 + fields.length + life.length + rows * (1 + fields.length))
    out.text('EVALSHA')
    out.text(this.parts.script.sha)
    out.text(String(rows))
  }

  private names(): void {
    this.out.text(String(this.fields.length))
    for (const name of this.fields) this.out.text(name)
    for (const life of this.life) this.out.text(life)
  }

  private key(row: number): void {
    const { out, texts } = this
    const head = this.headOf(texts.bucket[row])
    out.argument(head.length + texts.end[row] - texts.start[row])
    out.copy(head, 0, head.length)
    out.copy(texts.bytes, texts.start[row], texts.end[row])
    out.lineEnd()
  }

  private values(columns: readonly Column[], row: number, time: Float64Array, position: Float64Array): void {
    for (let k = 0; k < columns.length; k++) putValue(this.out, columns[k], row, time[row], position[row])
  }

  private headOf(bucket: number): Buffer {
    const { keyPrefix, view } = this.parts
    this.heads[bucket] ??= Buffer.from(keyHead(keyPrefix, view, bucket))
    return this.heads[bucket]
  }
}
