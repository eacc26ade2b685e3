import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Point } from '@influxdata/influxdb-client'
import fc from 'fast-check'
import type { Precision } from '../../../connectors/influx/config.ts'
import { LineWriter } from '../../../connectors/influx/line/line-writer.ts'
import type { Field } from '../../../engine/batch/schema.ts'
import {
  bigint,
  boolean,
  decimal,
  double,
  float,
  int,
  long,
  nullable,
  oneOf,
  record,
  series,
  string,
  timestamp,
} from '../../../engine/index.ts'
import { seriesSpec } from '../../../engine/stores/series.ts'
import type { StoreRows } from '../../../engine/stores/stores.ts'
import { anyRows } from '../../support/any-row.ts'
import { assertProperty } from '../../support/property.ts'
import { storeRows } from '../../support/store-rows.ts'

const Mood = oneOf('Mood', ['glad', 'so, so', 'very "sad" = \\ no', ''])
const All = record('All', {
  'z tag': nullable(string()),
  'a,tag': nullable(Mood),
  flag: boolean(),
  room: int(),
  seat: bigint(),
  truth: nullable(boolean()),
  count: nullable(int()),
  total: nullable(long()),
  exact: nullable(bigint()),
  small: nullable(float()),
  'the mean=': nullable(double()),
  text: nullable(string()),
  mood: nullable(Mood),
  price: nullable(decimal(10, 3)),
  since: nullable(timestamp()),
})
const all = series('all.of_them-1', All, { tags: ['z tag', 'a,tag', 'flag', 'room', 'seat'] })

type Values = Record<string, unknown>

test("lines are those of the client's own points, for random rows", () => {
  const times = fc.oneof(fc.integer(), fc.constantFrom(0, 9_223_372_036_853, -9_223_372_036_853))
  return assertProperty(
    fc.property(anyRows(All), times, fc.constantFrom<Precision>('ms', 'ns'), (rows, time, precision) => {
      const writer = new LineWriter(seriesSpec(all), All, precision)
      const written = storeRows(All, rows, Array(rows.length).fill(time))
      rows.forEach((row, index) => {
        const values = row as Values
        const expected = isWritable(values) ? pointOf(values, time, precision) : undefined
        assert.equal(lineOf(writer, written, index), expected)
      })
    }),
  )
})

test('rows that are no points are told apart', () => {
  const writer = new LineWriter(seriesSpec(all), All, 'ms')
  const blank: Values = Object.fromEntries(All.names.map(name => [name, null]))
  const base = { ...blank, flag: true, room: 1, seat: 1n }
  const complaint = (row: Values, time = 0) => {
    const rows = storeRows(All, [row], [time])
    assert.equal(lineOf(writer, rows, 0), undefined)
    return writer.complaint(rows, 0, Buffer.alloc(writer.roomFor(rows.columns, 0)))
  }
  assert.match(complaint(base), /all of its values are null/)
  assert.match(complaint({ ...base, count: 1, 'z tag': 'a\nb' }), /its tag z tag has a newline/)
  assert.match(
    complaint({ ...base, count: 1, 'z tag': 'a\\' }),
    /its tag z tag has .* a backslash at its end/,
  )
  for (const time of [0.5, Number.NaN, 9_223_372_036_855]) {
    assert.match(complaint({ ...base, count: 1 }, time), /its time is none that InfluxDB can keep/)
  }
})

test('the time of a point comes from its column, which may be null', () => {
  const Timed = record('Timed', { at: nullable(timestamp()), v: int() })
  const writer = new LineWriter(seriesSpec(series('timed', Timed, { time: 'at' })), Timed, 'ms')
  const rows = storeRows(Timed, [
    { at: 17, v: 1 },
    { at: null, v: 2 },
  ])
  assert.equal(lineOf(writer, rows, 0), 'timed v=1i 17')
  assert.equal(lineOf(writer, rows, 1), undefined)
})

/** As the writer of points goes about it. */
function lineOf(writer: LineWriter, rows: StoreRows, row: number): string | undefined {
  const out = Buffer.alloc(writer.roomFor(rows.columns, row))
  const start = writer.hasTime(rows, row) ? writer.writeKey(out, rows.columns, row) : -1
  const end = start === -1 ? -1 : writer.writeRest(out, start, rows, row)
  if (end === -1) return undefined
  assert.ok(end <= out.length)
  assert.equal(out[end - 1], 0x0a)
  return out.toString('utf8', 0, end - 1)
}

function isWritable(row: Values): boolean {
  const tags = all.tags.map(tag => String(row[tag] ?? ''))
  const hasValue = All.names.some(name => !all.tags.includes(name) && row[name] !== null)
  return hasValue && tags.every(tag => !tag.includes('\n') && !tag.endsWith('\\'))
}

/** What the client makes of the row. It spells out tabs and carriage returns of tags, which the server would keep. */
function pointOf(row: Values, time: number, precision: Precision): string | undefined {
  const point = new Point(all.name)
  for (const name of All.names) {
    const [field, value] = [All.fields[name], row[name]]
    if (value === null) continue
    if (all.tags.includes(name)) point.tag(name, standIn(String(value)))
    else addField(point, name, field, value)
  }
  point.timestamp(precision === 'ns' ? String(BigInt(time) * 1_000_000n) : String(time))
  return point.toLineProtocol()?.replaceAll(TAB, '\t').replaceAll(RETURN, '\r')
}

const [TAB, RETURN] = ['\ue000', '\ue001']

function standIn(text: string): string {
  return text.replaceAll('\t', TAB).replaceAll('\r', RETURN)
}

function addField(point: Point, name: string, { kind }: Field, value: unknown): void {
  switch (kind) {
    case 'boolean':
      point.booleanField(name, value)
      return
    case 'float':
    case 'double':
      point.floatField(name, value)
      return
    case 'bigint':
      // The client rounds them.
      point.fields[name] = `${value}i`
      return
    case 'int':
    case 'long':
    case 'timestamp':
      point.intField(name, value)
      return
    default:
      point.stringField(name, value)
  }
}
