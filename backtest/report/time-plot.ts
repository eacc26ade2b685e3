import type { TimeBucket } from '../diff/time-tally.ts'
import { at, ticksTo } from './axis.ts'
import type { Html } from './html.ts'
import { html } from './html.ts'
import { timeLabels } from './time-labels.ts'
import { countText, timeText, widthText } from './value-text.ts'

const [width, height] = [960, 250]
const [left, right, top, bottom] = [58, 4, 8, 26]
const kinds = [
  ['changed', 'changed', 'changed'],
  ['onlyA', 'a', 'only in A'],
  ['onlyB', 'b', 'only in B'],
] as const

/** How many rows differ, over time: bars of what is changed, only in A and only in B on top of one another. */
export function timePlot(buckets: readonly TimeBucket[], bucketMs: number): Html {
  const most = Math.max(...buckets.map(differing))
  const ticks = ticksTo(most)
  const highest = ticks.at(-1) as number
  const y = (count: number) => height - bottom - (count / highest) * (height - top - bottom)
  const step = (width - left - right) / buckets.length
  const x = (index: number) => left + index * step
  const lines = ticks.map(
    tick => html`<line class="grid" x1="${left}" x2="${width - right}" y1="${at(y(tick))}" y2="${at(y(tick))}"/>
<text x="${left - 8}" y="${at(y(tick) + 4)}" text-anchor="end">${countText(tick)}</text>`,
  )
  const labels = timeLabels(buckets, bucketMs, 6).map(
    ({ index, text }) => html`<text x="${at(x(index))}" y="${height - 8}">${text}</text>`,
  )
  const bars = buckets.map((bucket, index) => stack(bucket, x(index), Math.max(step * 0.82, 0.5), y))
  return html`<figure><figcaption>Rows that differ, by ${widthText(bucketMs)} of event time (UTC)</figcaption>
<div class="wide time"><svg viewBox="0 0 ${width} ${height}" role="img" aria-label="rows that differ over time">${lines}${bars}
<line class="axis" x1="${left}" x2="${width - right}" y1="${at(y(0))}" y2="${at(y(0))}"/>${labels}</svg></div></figure>`
}

function differing({ changed, onlyA, onlyB }: TimeBucket): number {
  return changed + onlyA + onlyB
}

function stack(bucket: TimeBucket, x: number, wide: number, y: (count: number) => number): Html {
  let below = 0
  const parts = kinds.flatMap(([kind, name]) => {
    const count = bucket[kind]
    if (count === 0) return []
    const from = below
    below += count
    const high = y(from) - y(below)
    return html`<rect class="bar-${name}" x="${at(x)}" y="${at(y(below))}" width="${at(wide)}" height="${at(high)}"/>`
  })
  const counts = kinds.map(([kind, , words]) => `${countText(bucket[kind])} ${words}`).join(', ')
  const title = `${timeText(bucket.from)}: ${counts}, ${countText(bucket.equal)} equal`
  return parts.length === 0 ? html`` : html`<g><title>${title}</title>${parts}</g>`
}
