import { partitionOf } from '../../engine/codec/murmur2.ts'
import { EventValues, LATENESS_MS, PARTITIONS, T0 } from '../events.ts'

const WINDOW_MS = 10_000
const encoder = new TextEncoder()

export interface BenchLabel {
  readonly user: number
  readonly time: number
}

/** One a millisecond from the first window on, each of another user. */
export function labelsOf(events: number, keys: number): BenchLabel[] {
  const end = T0 + Math.floor(events / 10)
  const labels: BenchLabel[] = []
  for (let time = T0 + WINDOW_MS; time < end; time++) labels.push({ user: (time * 7919) % keys, time })
  return labels
}

/** What each label's user had clicked in the last window that was over, by the events alone; null where there is none. */
export function expectedClicks(
  labels: readonly BenchLabel[],
  events: number,
  keys: number,
): (number | null)[] {
  const partitions = Int32Array.from({ length: keys }, (_, user) => {
    const key = encoder.encode(String(user))
    return partitionOf(key, 0, key.length, PARTITIONS)
  })
  const first = Math.floor((T0 - LATENESS_MS) / WINDOW_MS)
  const windows = Math.ceil(events / 10 / WINDOW_MS) + 2
  const counts = new Int32Array(windows * keys)
  /** Of each partition the times that were later than all before. */
  const highs: number[][] = Array.from({ length: PARTITIONS }, () => [])
  const event = new EventValues()
  for (let i = 0; i < events; i++) {
    const { ts, user } = event.set(i, keys)
    counts[(Math.floor(ts / WINDOW_MS) - first) * keys + user]++
    const high = highs[partitions[user]]
    if (ts > (high.at(-1) ?? Number.NEGATIVE_INFINITY)) high.push(ts)
  }
  const reached = new Int32Array(PARTITIONS)
  return labels.map(({ user, time }) => {
    const partition = partitions[user]
    const high = highs[partition]
    while (reached[partition] < high.length && high[reached[partition]] <= time) reached[partition]++
    const watermark = (high[reached[partition] - 1] ?? Number.NEGATIVE_INFINITY) - LATENESS_MS
    for (let window = Math.floor(watermark / WINDOW_MS) - 1 - first; window >= 0; window--) {
      const found = counts[window * keys + user]
      if (found > 0) return found
    }
    return null
  })
}
