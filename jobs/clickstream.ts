import { job, sink, source, topic } from '../engine/index.ts'
import { count, filter, sum, tumbling } from '../operators/index.ts'
import { Click } from '../schemas/click.ts'
import { UserStats } from '../schemas/user-stats.ts'

export default job('clickstream', () => {
  const clicks = source(
    'clicks',
    topic('clicks', Click, { time: 'ts', key: 'user', lateness: '2s', idleAfter: '10s' }),
  )

  const perUser = clicks.pipe(
    filter(row => row.kind !== 'bot'),
    tumbling('per-user', { by: 'user', size: '10s' }, { clicks: count(), spend: sum(row => row.value) }),
  )

  perUser.pipe(sink('per-user-out', topic('clicks.per-user', UserStats, { key: 'user' })))
})
