/** What the compiler has to say of steps by key: checked by `tsc`, never run. */
import type { Row, Stream } from '../../engine/index.ts'
import { double, int, long, nullable, record, sink, string, timestamp, topic } from '../../engine/index.ts'
import { count, dedupe, process, session, sum } from '../../operators/index.ts'

const Click = record('Click', { at: timestamp(), user: long(), kind: string(), value: double() })
const clicks = topic('clicks', Click, { time: 'at', lateness: 0 })
const Visit = record('Visit', { user: long(), windowStart: timestamp(), windowEnd: timestamp(), n: long() })
const output = { user: long(), text: string() }

declare const rows: Stream<Row<typeof Click>>

export function sessions(): void {
  const visits: Stream<{ user: number; windowStart: number; windowEnd: number; n: number; total: number }> =
    rows.pipe(session('a', { by: 'user', gap: '5s' }, { n: count(), total: sum(row => row.value) }))
  visits.pipe(sink('visits', topic('visits', Visit)))
  // @ts-expect-error the key is no column
  rows.pipe(session('b', { by: 'usr', gap: '5s' }, { n: count() }))
  // @ts-expect-error no unit is called that
  rows.pipe(session('c', { by: 'user', gap: '5 secs' }, { n: count() }))
  // @ts-expect-error there is no gap
  rows.pipe(session('d', { by: 'user' }, { n: count() }))
}

export function duplicates(): void {
  const same: Stream<{ at: number; user: number; kind: string; value: number }> = rows.pipe(
    dedupe('e', { by: ['user', 'kind'], within: '1m' }),
  )
  same.pipe(sink('same', clicks))
  // @ts-expect-error the key is no column
  rows.pipe(dedupe('f', { by: 'usr', within: '1m' }))
}

export function processes(): void {
  const made: Stream<{ user: number; text: string }> = rows.pipe(
    process(
      'g',
      { by: 'user', state: { n: int({ default: 3 }), last: nullable(string()) }, output },
      {
        onRow(row, { key, state, emit, timers }) {
          const user: number = key
          state.n += row.value
          state.last = row.kind
          const last: string | null = state.last
          // @ts-expect-error the state has no such field
          state.other = 1
          // @ts-expect-error the field is a number
          state.n = 'one'
          // @ts-expect-error the row has no such column
          row.nothing
          timers.at(row.at, 'name')
          emit({ user, text: last })
          // @ts-expect-error a column is missing
          emit({ user })
          // @ts-expect-error a column has another type
          emit({ user, text: 1 })
        },
        onTimer(timer, { time, clear }) {
          const kind: 'event' | 'clock' = timer.kind
          if (kind === 'event' && time > 0) clear()
        },
      },
    ),
  )
  made.pipe(sink('made', topic('made', record('Made', output))))
}

export function processesByTwo(): void {
  rows.pipe(
    process(
      'h',
      { by: ['user', 'kind'], output },
      {
        onRow(_row, { key, emit }) {
          emit({ user: key.user, text: key.kind })
          // @ts-expect-error not a column of the key
          key.value
        },
      },
    ),
  )
  // @ts-expect-error the key is no column
  rows.pipe(process('i', { by: 'usr', output }, { onRow: () => {} }))
  // @ts-expect-error there is no onRow
  rows.pipe(process('k', { by: 'user', output }, {}))
}
