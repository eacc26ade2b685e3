// What the services of compose.yaml run: clicks from Kafka to windows, the windows to InfluxDB, Redis and Kafka.
import { double, features, job, long, record, series, sink, source, string, timestamp, topic } from 'headrace'
import { count, filter, repartition, sum, tumbling } from 'headrace/operators'

const Click = record('Click', { ts: timestamp(), user: long(), value: double(), kind: string() })

const KindTotal = record('KindTotal', {
  kind: string(),
  windowStart: timestamp(),
  windowEnd: timestamp(),
  clicks: long(),
  spend: double(),
})

const UserTotal = record('UserTotal', {
  user: long(),
  windowStart: timestamp(),
  windowEnd: timestamp(),
  clicks: long(),
  spend: double(),
})

const userStats = features('user-stats', {
  entity: 'user',
  ttl: '1d',
  description: 'what a user did in the last ten seconds in which there was something',
  fields: { clicks: long({ min: 0 }), spend: double({ min: 0 }) },
})

const clicksByKind = series('clicks_by_kind', KindTotal, { tags: ['kind'], time: 'windowEnd' })

const totals = { clicks: count(), spend: sum<{ value: number }>(row => row.value) }

export default job('clicks', () => {
  const clicks = source(
    'clicks',
    topic('clicks', Click, { time: 'ts', key: 'user', lateness: '2s', idleAfter: '10s' }),
  )
  const people = clicks.pipe(filter(row => row.kind !== 'bot'))

  const perUser = people.pipe(tumbling('per-user', { by: 'user', size: '10s' }, totals))
  perUser.pipe(sink('user-stats', userStats))
  perUser.pipe(sink('per-user-out', topic('clicks.per-user', UserTotal, { key: 'user' })))

  clicks.pipe(
    repartition('kinds', { by: 'kind', partitions: 1 }),
    tumbling('per-kind', { by: 'kind', size: '10s' }, totals),
    sink('by-kind', clicksByKind),
  )
})
