import type { ParameterizedQuery } from '@influxdata/influxdb-client'
import { flux, InfluxDB } from '@influxdata/influxdb-client'
import type { InfluxAddress } from './services/influx.ts'

type Bucket = InfluxAddress & { readonly bucket: string }

/** A value as InfluxDB has it, with its type and where it is. */
export interface StoredValue {
  readonly time: string
  readonly tags: Readonly<Record<string, string>>
  readonly field: string
  readonly type: string
  readonly value: string
}

/** All that a measurement holds, as the official client reads it: the judge from outside of what was written. */
export async function storedValues(bucket: Bucket, measurement: string): Promise<StoredValue[]> {
  const own = ['', 'result', 'table', '_start', '_stop', '_time', '_value', '_field', '_measurement']
  const values: StoredValue[] = []
  for await (const { values: texts, tableMeta } of ask(bucket, measurement)) {
    const columns = tableMeta.columns.filter(({ label }) => !own.includes(label))
    const text = (label: string) => texts[tableMeta.column(label).index]
    values.push({
      time: text('_time'),
      tags: Object.fromEntries(columns.map(({ label }) => [label, text(label)])),
      field: text('_field'),
      type: tableMeta.column('_value').dataType,
      value: text('_value'),
    })
  }
  return values.toSorted((a, b) => Date.parse(a.time) - Date.parse(b.time) || (keyOf(a) < keyOf(b) ? -1 : 1))
}

function ask({ url, token, org, bucket }: Bucket, measurement: string) {
  const query: ParameterizedQuery = flux`from(bucket: ${bucket})
    |> range(start: 1700-01-01T00:00:00Z, stop: 2262-01-01T00:00:00Z)
    |> filter(fn: (r) => r._measurement == ${measurement})`
  return new InfluxDB({ url, token, timeout: 60_000 }).getQueryApi(org).iterateRows(query)
}

function keyOf({ tags, field }: StoredValue): string {
  return JSON.stringify([Object.entries(tags), field])
}
