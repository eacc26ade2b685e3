import { job, long, record, sink, source, string, timestamp, topic } from '../engine/index.ts'
import { dedupe, process } from '../operators/index.ts'

const Order = record('Order', { ts: timestamp(), order: long(), status: string() })
const Reminder = record('Reminder', { order: long(), openSince: timestamp() })

/** A reminder for each order that is still not paid an hour after it was placed. Repeated messages count once. */
export default job('reminders', () => {
  source('orders', topic('orders', Order, { time: 'ts', key: 'order', lateness: '1m' })).pipe(
    dedupe('once', { by: ['order', 'status'], within: '1d' }),
    process(
      'unpaid',
      {
        by: 'order',
        state: { placedAt: timestamp() },
        output: { order: long(), openSince: timestamp() },
      },
      {
        onRow(row, { state, timers, clear }) {
          if (row.status === 'paid') return clear()
          if (row.status !== 'placed') return
          state.placedAt = row.ts
          timers.at(row.ts + 3_600_000)
        },
        onTimer(_timer, { key, state, emit, clear }) {
          emit({ order: key, openSince: state.placedAt })
          clear()
        },
      },
    ),
    sink('reminders-out', topic('orders.reminders', Reminder, { key: 'order' })),
  )
})
