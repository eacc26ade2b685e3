import type { Schema } from '../../engine/batch/schema.ts'
import type { SeriesSpec } from '../../engine/stores/series.ts'
import type {
  SeriesAnswer,
  SeriesListing,
  SeriesQuery,
  SeriesStore,
} from '../../engine/stores/series-store.ts'
import type { StoreWriter, WriterPlace } from '../../engine/stores/stores.ts'
import { checkBucket } from './bucket.ts'
import { InfluxClient } from './client.ts'
import type { InfluxOptions, Notify } from './config.ts'
import { checkedOptions } from './config.ts'
import { checkNames } from './names.ts'
import { listSeries } from './read/list.ts'
import { querySeries } from './read/query.ts'
import { PointWriter } from './write/writer.ts'

/** Time series in a bucket of InfluxDB: a measurement each. */
export class InfluxSeries implements SeriesStore {
  private readonly client: InfluxClient
  private checked: Promise<void> | undefined

  constructor(options: InfluxOptions, notify: Notify) {
    this.client = new InfluxClient(checkedOptions(options), notify)
  }

  async openWriter(series: SeriesSpec, schema: Schema, place: WriterPlace): Promise<StoreWriter> {
    checkNames(series, schema, place)
    this.checked ??= checkBucket(this.client)
    await this.checked
    return new PointWriter(this.client, series, schema)
  }

  query(query: SeriesQuery): Promise<SeriesAnswer> {
    return querySeries(this.client, query)
  }

  list(): Promise<readonly SeriesListing[]> {
    return listSeries(this.client)
  }

  async close(): Promise<void> {
    this.client.close()
  }
}
