import type { BytesColumn, Column } from '../../../engine/batch/columns.ts'
import type { Field, Schema } from '../../../engine/batch/schema.ts'
import { NUMBER_BYTES, writeBytes, writeNumber } from '../../../engine/codec/json/write.ts'
import type { SeriesSpec } from '../../../engine/stores/series.ts'
import type { StoreRows } from '../../../engine/stores/stores.ts'
import type { Precision } from '../config.ts'
import { ESCAPED_BYTES_PER_BYTE, escapedKey, escapedMeasurement } from './escape.ts'
import type { ValueWriter } from './value-writer.ts'
import { fieldWriter, tagWriter } from './value-writer.ts'

interface Part {
  readonly name: string
  /** Its place among the columns. */
  readonly column: number
  /** The name, and the equals sign behind it. */
  readonly key: Uint8Array
  readonly value: ValueWriter
}

const SPACE = 0x20
const COMMA = 0x2c
const NEWLINE = 0x0a
const ZERO = 0x30
/** The server counts nanoseconds in 64 bits, and keeps some values at the ends for itself. */
const TIME_MS_MAX = 9_223_372_036_853

/**
 * Rows as lines of InfluxDB's line protocol, byte by byte from columns. A line is written in two halves, so that one
 * who knows the first, measurement and tags, can choose the place of the whole. Tags and values stand in the order of
 * their names, as the server sorts them.
 */
export class LineWriter {
  private readonly measurement: Uint8Array
  private readonly tags: readonly Part[]
  private readonly values: readonly Part[]
  private readonly texts: readonly number[]
  private readonly timeColumn: number
  private readonly zeros: number
  private readonly room: number

  constructor(series: SeriesSpec, schema: Schema, precision: Precision) {
    const isTag = (name: string) => series.tags.includes(name)
    const others = schema.names.filter(name => !isTag(name) && name !== series.time)
    this.measurement = escapedMeasurement(series.name)
    this.tags = parts(schema.names.filter(isTag), schema, tagWriter)
    this.values = parts(others, schema, fieldWriter)
    this.timeColumn = series.time === null ? -1 : schema.names.indexOf(series.time)
    this.zeros = precision === 'ns' ? 6 : 0
    const all = [...this.tags, ...this.values]
    this.texts = all.map(({ column }) => column).filter(column => isText(schema, column))
    const ends = this.measurement.length + NUMBER_BYTES + this.zeros + 2
    this.room = all.reduce((sum, { key, value }) => sum + 1 + key.length + value.room, ends)
  }

  /** Bytes that a row's line may need. */
  roomFor(columns: readonly Column[], row: number): number {
    let text = 0
    for (const index of this.texts) {
      const { start, end } = columns[index] as BytesColumn
      text += end[row] - start[row]
    }
    return this.room + text * ESCAPED_BYTES_PER_BYTE
  }

  /** Measurement and tags; -1 where a tag cannot be written. */
  writeKey(out: Uint8Array, columns: readonly Column[], row: number): number {
    let at = writeBytes(out, 0, this.measurement)
    for (const { column: index, key, value } of this.tags) {
      const column = columns[index]
      if (isNull(column, row)) continue
      out[at] = COMMA
      const from = writeBytes(out, at + 1, key)
      const behind = value.write(out, from, column, row)
      if (behind === -1) return -1
      // A tag without a value is none.
      if (behind > from) at = behind
    }
    return at
  }

  /** Values, time and newline; -1 where there is no value to write. The time has to be one that `timeOf` takes. */
  writeRest(out: Uint8Array, start: number, rows: StoreRows, row: number): number {
    let at = start
    for (const { column: index, key, value } of this.values) {
      const column = rows.columns[index]
      if (isNull(column, row)) continue
      out[at] = at === start ? SPACE : COMMA
      at = value.write(out, writeBytes(out, at + 1, key), column, row)
    }
    if (at === start) return -1
    out[at] = SPACE
    const first = at + 1
    at = writeNumber(out, first, this.times(rows), row)
    const isZero = out[first] === ZERO
    for (let zero = 0; zero < this.zeros && !isZero; zero++) out[at++] = ZERO
    out[at] = NEWLINE
    return at + 1
  }

  hasTime(rows: StoreRows, row: number): boolean {
    if (this.timeColumn !== -1 && isNull(rows.columns[this.timeColumn], row)) return false
    const time = this.times(rows)[row]
    return Math.abs(time) <= TIME_MS_MAX && Number.isInteger(time)
  }

  /** What is wrong with a row of which `hasTime`, `writeKey` or `writeRest` has said that something is. */
  complaint(rows: StoreRows, row: number, out: Uint8Array): string {
    if (!this.hasTime(rows, row)) return 'its time is none that InfluxDB can keep, which are 1677 to 2262'
    const broken = this.tags.find(({ column: index, value }) => {
      const column = rows.columns[index]
      return !isNull(column, row) && value.write(out, 0, column, row) === -1
    })
    if (broken === undefined) return 'all of its values are null, and a point has at least one'
    return `its tag ${broken.name} has a newline in it or a backslash at its end, which InfluxDB cannot keep`
  }

  private times({ columns, time }: StoreRows): Float64Array {
    return this.timeColumn === -1 ? time : (columns[this.timeColumn] as { values: Float64Array }).values
  }
}

function parts(
  names: readonly string[],
  schema: Schema,
  writerOf: (field: Field) => ValueWriter,
): readonly Part[] {
  return names
    .map(name => ({
      name,
      column: schema.names.indexOf(name),
      key: Buffer.concat([escapedKey(name), Buffer.from('=')]),
      value: writerOf(schema.fields[name]),
    }))
    .toSorted((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)))
}

function isText(schema: Schema, column: number): boolean {
  return ['string', 'decimal'].includes(schema.fields[schema.names[column]].kind)
}

function isNull({ nulls }: Column, row: number): boolean {
  return nulls !== null && nulls[row] === 1
}
