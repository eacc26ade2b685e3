import { flux, fluxExpression } from '@influxdata/influxdb-client'
import type { SeriesListing } from '../../../engine/stores/series-store.ts'
import type { InfluxClient } from '../client.ts'
import { askFlux } from './flux.ts'
import { FIRST_TIME, LAST_TIME, names, shapeOf } from './shape.ts'

/** The series of a bucket. How many points they have is not told: the server would have to read them all. */
export async function listSeries(client: InfluxClient): Promise<readonly SeriesListing[]> {
  const { bucket } = client.options
  const found = await names(
    client,
    flux`import "influxdata/influxdb/schema"
      schema.measurements(bucket: ${bucket}, start: ${new Date(FIRST_TIME)})`,
  )
  const listings: SeriesListing[] = []
  for (const name of found) {
    const shape = await shapeOf(client, name)
    const [oldest, newest] = [await outermost(client, name, 'first'), await outermost(client, name, 'last')]
    listings.push({ name, ...shape, points: null, oldest, newest })
  }
  return listings
}

async function outermost(
  client: InfluxClient,
  series: string,
  end: 'first' | 'last',
): Promise<number | null> {
  const [start, stop] = [new Date(FIRST_TIME), new Date(LAST_TIME)]
  const rows = await askFlux(
    client,
    flux`from(bucket: ${client.options.bucket})
      |> range(start: ${start}, stop: ${stop})
      |> filter(fn: (r) => r._measurement == ${series})
      |> ${fluxExpression(end)}()
      |> keep(columns: ["_time"])
      |> group()
      |> sort(columns: ["_time"], desc: ${end === 'last'})
      |> limit(n: 1)`,
  )
  return rows.length === 0 ? null : Number(rows[0]._time)
}
