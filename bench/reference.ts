import { EventValues, PURCHASE } from './events.ts'
import type { Workload } from './topics.ts'
import { Totals } from './totals.ts'

/** The results by definition, user by user, with nothing of the engine. */
export function reference(workload: Workload, events: number, keys: number): Totals {
  const totals = new Totals()
  const event = new EventValues()
  if (workload === 'W0' || workload === 'W4') {
    for (let i = 0; i < events; i++) {
      const { kind, user, value } = event.set(i, keys)
      if (kind === PURCHASE) totals.add([user, value, workload === 'W4' ? user % 50 : 0], 1, value)
    }
    return totals
  }
  const { from, order } = byUser(events, keys)
  for (let user = 0; user < keys; user++) {
    const rows = [...order.subarray(from[user], from[user + 1])].map(i => {
      const { ts, value } = event.set(i, keys)
      return { ts, value }
    })
    rows.sort((a, b) => a.ts - b.ts)
    if (workload === 'W1') windows(totals, user, rows, 10_000, 10_000)
    else if (workload === 'W2') windows(totals, user, rows, 60_000, 5000)
    else sessions(totals, user, rows, 5000)
  }
  return totals
}

interface Item {
  readonly ts: number
  readonly value: number
}

function byUser(events: number, keys: number): { from: Int32Array; order: Int32Array } {
  const event = new EventValues()
  const from = new Int32Array(keys + 1)
  for (let i = 0; i < events; i++) from[event.set(i, keys).user + 1]++
  for (let user = 0; user < keys; user++) from[user + 1] += from[user]
  const next = from.slice()
  const order = new Int32Array(events)
  for (let i = 0; i < events; i++) order[next[event.set(i, keys).user]++] = i
  return { from, order }
}

function windows(totals: Totals, user: number, rows: readonly Item[], size: number, slide: number): void {
  const [first] = rows
  const last = rows.at(-1)
  if (first === undefined || last === undefined) return
  let low = 0
  for (let start = Math.floor((first.ts - size) / slide) * slide + slide; start <= last.ts; start += slide) {
    while (low < rows.length && (rows[low] as Item).ts < start) low++
    let [count, sum, min, max] = [0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
    for (let k = low; k < rows.length && (rows[k] as Item).ts < start + size; k++) {
      const { value } = rows[k] as Item
      count++
      sum += value
      min = Math.min(min, value)
      max = Math.max(max, value)
    }
    if (count > 0) totals.add([user, start, start + size, count, min, max], count, sum)
  }
}

function sessions(totals: Totals, user: number, rows: readonly Item[], gap: number): void {
  let open: { start: number; end: number; count: number; sum: number } | undefined
  const close = () => open && totals.add([user, open.start, open.end, open.count], open.count, open.sum)
  for (const { ts, value } of rows) {
    if (open === undefined || ts - open.end > gap) {
      close()
      open = { start: ts, end: ts, count: 0, sum: 0 }
    }
    open.end = ts
    open.count++
    open.sum += value
  }
  close()
}
