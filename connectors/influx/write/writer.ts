import type { Schema } from '../../../engine/batch/schema.ts'
import { readValue } from '../../../engine/batch/values.ts'
import { partitionOf } from '../../../engine/codec/murmur2.ts'
import { limits } from '../../../engine/limits.ts'
import type { SeriesSpec } from '../../../engine/stores/series.ts'
import type { StoreReject, StoreRows, StoreWriter } from '../../../engine/stores/stores.ts'
import type { InfluxClient } from '../client.ts'
import { LineWriter } from '../line/line-writer.ts'
import { Lane } from './lane.ts'

/**
 * Writes rows as points. Points of the same tags go one after the other, so that of two with the same time the later
 * one counts, value by value; points of different tags go side by side.
 */
export class PointWriter implements StoreWriter {
  private readonly series: SeriesSpec
  private readonly schema: Schema
  private readonly line: LineWriter
  private readonly lanes: readonly Lane[]
  /** Lanes that are used until the next flush, when all are empty and another number changes no order. */
  private used = 1
  private sinceFlush = 0
  private readonly closing = new AbortController()
  private key = Buffer.allocUnsafeSlow(1024)
  private rejects: StoreReject[] = []
  /** The sending of what a turn of the task writes, when that is over. */
  private soon: NodeJS.Immediate | undefined

  constructor(client: InfluxClient, series: SeriesSpec, schema: Schema) {
    this.series = series
    this.schema = schema
    this.line = new LineWriter(series, schema, client.options.precision ?? 'ms')
    this.lanes = Array.from({ length: limits.influxConnections }, () => new Lane(client, this.closing.signal))
  }

  write(rows: StoreRows): void | Promise<void> {
    for (let row = 0; row < rows.rows; row++) if (!this.writeRow(rows, row)) this.reject(rows, row)
    // Not with the next commit: that waits for it.
    this.soon ??= setImmediate(() => this.sendIdle())
    const crowded = this.lanes.filter(({ isCrowded }) => isCrowded)
    if (crowded.length > 0) return Promise.all(crowded.map(lane => lane.relieved())).then(() => {})
  }

  async flush(): Promise<readonly StoreReject[]> {
    const refused = await Promise.all(this.lanes.map(lane => lane.flush()))
    // What one request can take comes in one: each costs the server more than the points in it.
    this.used = Math.max(1, Math.min(this.lanes.length, Math.ceil(this.sinceFlush / limits.influxPoints)))
    this.sinceFlush = 0
    const own = this.rejects
    this.rejects = []
    return [...own, ...refused.flat()]
  }

  /** What was written and not flushed is not sent any more: another may write the same points by now. */
  close(): void {
    clearImmediate(this.soon)
    this.closing.abort()
  }

  private sendIdle(): void {
    this.soon = undefined
    for (const lane of this.lanes) if (lane.isIdle) lane.push()
  }

  /** Whether it could. */
  private writeRow(rows: StoreRows, row: number): boolean {
    const { line, lanes } = this
    const room = line.roomFor(rows.columns, row)
    if (room > this.key.length) this.key = Buffer.allocUnsafeSlow(room * 2)
    const keyEnd = line.hasTime(rows, row) ? line.writeKey(this.key, rows.columns, row) : -1
    if (keyEnd === -1) return false
    const lane = lanes[partitionOf(this.key, 0, keyEnd, this.used)]
    const batch = lane.open
    const start = batch.reserve(room)
    this.key.copy(batch.bytes, start, 0, keyEnd)
    const end = line.writeRest(batch.bytes, start + keyEnd, rows, row)
    if (end === -1) return false
    batch.add(end, rows.time[row])
    if (batch.isFull) lane.push()
    this.sinceFlush++
    return true
  }

  private reject(rows: StoreRows, row: number): void {
    const { name } = this.series
    const message = `series "${name}" does not take a row: ${this.line.complaint(rows, row, this.key)}`
    this.rejects.push({
      code: 'HR_VALUE_REFUSED',
      message,
      value: this.asJson(rows, row),
      time: rows.time[row],
    })
  }

  private asJson({ columns }: StoreRows, row: number): Uint8Array {
    const { names, fields } = this.schema
    const values = names.map((name, index) => [name, readValue(fields[name], columns[index], row)])
    const text = JSON.stringify(Object.fromEntries(values), (_, value) =>
      typeof value === 'bigint' ? String(value) : value,
    )
    return Buffer.from(text)
  }
}
