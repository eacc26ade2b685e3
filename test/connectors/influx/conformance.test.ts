import { InfluxSeries } from '../../../connectors/influx/series.ts'
import { testSeries } from '../../conformance/series.ts'
import { influx, newBucket } from '../../support/services/influx.ts'

testSeries({
  name: 'influx',
  factory: async () => {
    const bucket = await newBucket(await influx(), 'conformance')
    return () => new InfluxSeries(bucket, () => {})
  },
  histories: 10,
})
