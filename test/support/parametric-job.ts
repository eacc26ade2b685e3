import { randomFrom } from './random.ts'

export interface Event {
  readonly ts: number
  readonly user: number
  readonly value: number
}

/** A job that sums values of at least `least` by user and window, over topics with this prefix; it has parameters. */
export function parametricJob(name: string, prefix = ''): string {
  return `
import { double, job, long, param, record, sink, source, timestamp, topic } from '@/engine/index.ts'
import { filter, sum, tumbling } from '@/operators/index.ts'

const Event = record('Event', { ts: timestamp(), user: long(), value: double() })
const Total = record('Total', { user: long(), windowStart: timestamp(), total: double() })
const events = topic('${prefix}events', Event, { time: 'ts', lateness: '0s', key: 'user' })

export default job('${name}', () => {
  const least = param('least', 0, { max: 1000 })
  source('events', events, { lateness: param('lateness', '1s') }).pipe(
    filter(row => row.value >= least),
    tumbling('totals', { by: 'user', size: param('size', '10s') }, { total: sum('value') }),
    sink('totals-out', topic('${prefix}totals', Total, { key: 'user' })),
  )
})
`
}

/** Events of some users, a second apart on the average, some of them far behind. */
export function disorderedEvents(count: number, seed: number): Event[] {
  const random = randomFrom(seed)
  return Array.from({ length: count }, (_, k) => ({
    ts: Math.max(0, k * 1000 - (random() < 0.1 ? Math.floor(random() * 30_000) : 0)),
    user: Math.floor(random() * 5),
    value: Math.floor(random() * 100),
  }))
}

export interface NaiveTotals {
  readonly late: number
  /** What the windows that are complete give, as `user windowStart total`. */
  readonly rows: readonly string[]
}

/** The same by the book, for a log of one partition; windows that are still open at its end give nothing. */
export function naiveTotals(
  events: readonly Event[],
  { latenessMs = 1000, least = 0, sizeMs = 10_000 } = {},
): NaiveTotals {
  const sums = new Map<string, number>()
  let [late, watermark] = [0, Number.NEGATIVE_INFINITY]
  for (const { ts, user, value } of events) {
    watermark = Math.max(watermark, ts - latenessMs)
    if (value < least) continue
    const start = Math.floor(ts / sizeMs) * sizeMs
    if (start + sizeMs <= watermark) late++
    else sums.set(`${user} ${start}`, (sums.get(`${user} ${start}`) ?? 0) + value)
  }
  const complete = [...sums].filter(([key]) => Number(key.split(' ')[1]) + sizeMs <= watermark)
  return { late, rows: complete.map(([key, total]) => `${key} ${total}`).toSorted() }
}
