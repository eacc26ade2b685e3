import { double, job, long, record, sink, source, string, timestamp, topic } from '../engine/index.ts'
import { join } from '../operators/index.ts'

const Visit = record('Visit', { ts: timestamp(), user: long(), campaign: string() })
const Purchase = record('Purchase', { ts: timestamp(), user: long(), amount: double() })
const Attributed = record('Attributed', {
  ts: timestamp(),
  user: long(),
  campaign: string(),
  amount: double(),
})

/** Purchases within an hour after a visit, beside the campaign that the visit came from. */
export default job('attribution', () => {
  const visits = source('visits', topic('visits', Visit, { time: 'ts', key: 'user', lateness: '5s' }))
  const purchases = source(
    'purchases',
    topic('purchases', Purchase, { time: 'ts', key: 'user', lateness: '5s' }),
  )

  join('paid', visits, purchases, {
    by: 'user',
    within: { before: 0, after: '1h' },
    take: ['amount'],
  }).pipe(sink('attributed-out', topic('purchases.attributed', Attributed, { key: 'user' })))
})
