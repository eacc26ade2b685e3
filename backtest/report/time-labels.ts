import type { TimeBucket } from '../diff/time-tally.ts'
import { timeText } from './value-text.ts'

const dayMs = 86_400_000

export interface TimeLabel {
  readonly index: number
  readonly text: string
}

/** Labels of some buckets, evenly spread: the day only where it is another than at the label before. */
export function timeLabels(buckets: readonly TimeBucket[], bucketMs: number, wanted: number): TimeLabel[] {
  const step = Math.max(1, Math.ceil(buckets.length / wanted))
  const labels: TimeLabel[] = []
  let dayBefore = ''
  for (let index = 0; index < buckets.length; index += step) {
    const text = timeText(buckets[index].from)
    const [day, clock = ''] = text.split(' ')
    const short = bucketMs % 60_000 === 0 ? clock.slice(0, 5) : clock
    const isDay = bucketMs % dayMs === 0
    labels.push({ index, text: isDay ? day : day === dayBefore ? short : `${day} ${short}` })
    dayBefore = day
  }
  return labels
}
