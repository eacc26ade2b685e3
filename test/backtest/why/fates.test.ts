import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { array, job, long, record, sink, source, string, timestamp, topic } from '../../../engine/index.ts'
import { collect, filter, sliding, tumbling } from '../../../operators/index.ts'
import { testJob } from '../../../testing/test-job.ts'
import { explain, idsOf } from '../../support/explain.ts'
import { assertProperty } from '../../support/property.ts'

const Event = record('Event', { id: long(), at: timestamp(), user: string(), kind: string() })
const lateness = 4
const size = 10
const events = topic('events', Event, { time: 'at', key: 'user', lateness: `${lateness}ms` })
const Window = record('Window', { user: string(), windowStart: timestamp(), ids: array(long()) })
const out = topic('out', Window, { key: 'user' })
const ids = { ids: collect<{ id: number }, 'id'>('id', { limit: 1000 }) }

const tumblingJob = job('tumbling', () => {
  source('events', events).pipe(
    filter(row => row.kind !== 'bot'),
    tumbling('w', { by: 'user', size: `${size}ms` }, ids),
    sink('out', out),
  )
})

const slidingJob = job('sliding', () => {
  source('events', events).pipe(
    filter(row => row.kind !== 'bot'),
    sliding('w', { by: 'user', size: `${size}ms`, every: '5ms' }, ids),
    sink('out', out),
  )
})

const anyEvents = fc.array(
  fc.record({ step: fc.nat(3), back: fc.nat(25), user: fc.constantFrom('a', 'b'), isBot: fc.boolean() }),
  { minLength: 1, maxLength: 50 },
)

interface Drawn {
  readonly step: number
  readonly back: number
  readonly user: string
  readonly isBot: boolean
}

/** Events with the watermark that each is judged against. */
function eventsOf(drawn: readonly Drawn[]) {
  let time = 0
  let watermark = Number.NEGATIVE_INFINITY
  return drawn.map(({ step, back, user, isBot }, id) => {
    time += step
    const at = step === 0 ? Math.max(0, time - back) : time
    watermark = Math.max(watermark, at - lateness)
    return { event: { id, at, user, kind: isBot ? 'bot' : 'view' }, watermark }
  })
}

for (const [of, every] of [
  [tumblingJob, size],
  [slidingJob, 5],
] as const) {
  test(`${of.name}: records are in it, too late for it or dropped before it, as computed from the input`, async () => {
    const property = fc.asyncProperty(anyEvents, fc.nat(), async (drawn, nth) => {
      const seen = eventsOf(drawn)
      const driver = testJob(of, { batchRows: 9 })
      driver.push(
        'events',
        seen.map(({ event }) => event),
      )
      driver.advanceTo(1_000_000)
      const rows = await driver.output<{ user: string; windowStart: number }>('out')
      if (rows.length > 0) {
        const { user, windowStart: start } = rows[nth % rows.length]
        const found = await explain(driver, of, { topic: 'out', key: user, window: start })
        const inside = seen.filter(
          ({ event }) => event.user === user && event.at >= start && event.at < start + size,
        )
        const people = inside.filter(({ event }) => event.kind !== 'bot')
        const idsIn = (some: typeof seen) => some.map(({ event }) => event.id)
        // The last window that a row is in closes last.
        const isLate = ({ event, watermark }: (typeof seen)[number]) =>
          Math.floor(event.at / every) * every + size <= watermark
        const isOver = ({ watermark }: (typeof seen)[number]) => start + size <= watermark
        assert.deepEqual(idsOf(found, 'taken'), idsIn(people.filter(one => !isOver(one))))
        assert.deepEqual(idsOf(found, 'late'), idsIn(people.filter(isLate)))
        assert.deepEqual(idsOf(found, 'missed'), idsIn(people.filter(one => isOver(one) && !isLate(one))))
        assert.deepEqual(idsOf(found, 'dropped'), idsIn(inside.filter(({ event }) => event.kind === 'bot')))
      }
      await driver.close()
    })
    await assertProperty(property, 100)
  })
}
