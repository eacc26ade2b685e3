import { double, job, late, long, record, sink, source, timestamp, topic } from '../engine/index.ts'
import { count, session, sum } from '../operators/index.ts'
import { Click } from '../schemas/click.ts'

const Visit = record('Visit', {
  user: long(),
  windowStart: timestamp(),
  windowEnd: timestamp(),
  clicks: long(),
  spend: double(),
})

/** Visits: clicks of a user with no more than half an hour between them. Clicks that come too late are kept. */
export default job('sessions', () => {
  const clicks = source('clicks', topic('clicks', Click, { time: 'ts', key: 'user', lateness: '2s' }))

  clicks.pipe(
    session('visits', { by: 'user', gap: '30m' }, { clicks: count(), spend: sum(row => row.value) }),
    sink('visits-out', topic('clicks.visits', Visit, { key: 'user' })),
  )

  late('visits', clicks).pipe(sink('late-out', topic('clicks.late', Click, { key: 'user' })))
})
