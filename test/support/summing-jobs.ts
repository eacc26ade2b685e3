/** Sums the values of each user in windows of ten seconds, behind a repartition by user. */
export function repartitionedSums(name: string, events: string, totals: string): string {
  return `
import { double, job, long, record, sink, source, timestamp, topic } from '@/engine/index.ts'
import { repartition, sum, tumbling } from '@/operators/index.ts'

const Event = record('Event', { ts: timestamp(), user: long(), value: double() })
const Total = record('Total', { user: long(), windowStart: timestamp(), total: double() })

export default job('${name}', () => {
  const events = source('events', topic('${events}', Event, { time: 'ts', lateness: '1s' }))
  events.pipe(
    repartition('by-user', { by: 'user', partitions: 2 }),
    tumbling('totals', { by: 'user', size: '10s' }, { total: sum(row => row.value) }),
    sink('totals-out', topic('${totals}', Total, { key: 'user' })),
  )
})
`
}

export interface SummedEvent {
  readonly ts: number
  readonly user: number
  readonly value: number
}

const firstTime = Date.UTC(2026, 0, 1)

/** Of five users, one a second. */
export function summedEvents(count: number, from = 0): SummedEvent[] {
  return Array.from({ length: count }, (_, k) => ({
    ts: firstTime + (from + k) * 1000,
    user: (from + k) % 5,
    value: from + k,
  }))
}

export function asLines(events: readonly object[]): string {
  return events.map(event => `${JSON.stringify(event)}\n`).join('')
}

/** The sums of windows that end before the last event does, as `user window total`, sorted. */
export function expectedTotals(events: readonly SummedEvent[], upTo = events.at(-1)?.ts ?? 0): string[] {
  const totals = new Map<string, number>()
  for (const { ts, user, value } of events) {
    const windowStart = Math.floor(ts / 10_000) * 10_000
    if (windowStart + 10_000 > upTo - 1000) continue
    const key = `${user} ${windowStart}`
    totals.set(key, (totals.get(key) ?? 0) + value)
  }
  return [...totals].map(([key, total]) => `${key} ${total}`).toSorted()
}
