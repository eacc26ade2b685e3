import type { MeansOverTime } from '../diff/mean-tally.ts'
import type { TimeBucket } from '../diff/time-tally.ts'
import { at, ticksOver } from './axis.ts'
import type { Html } from './html.ts'
import { html } from './html.ts'
import { timeLabels } from './time-labels.ts'
import { numberText } from './value-text.ts'

const [width, height] = [320, 150]
const [left, right, top, bottom] = [46, 6, 8, 22]

/** The mean of a field on both sides, over time. */
export function meanPlot(means: MeansOverTime, buckets: readonly TimeBucket[], bucketMs: number): Html {
  const values = [...means.a, ...means.b].filter(value => value !== null)
  const ticks = ticksOver(Math.min(...values), Math.max(...values), 3)
  const [low, high] = [ticks[0], ticks.at(-1) as number]
  const x = (index: number) => left + ((index + 0.5) / buckets.length) * (width - left - right)
  const y = (value: number) => height - bottom - ((value - low) / (high - low)) * (height - top - bottom)
  const lines = ticks.map(
    tick => html`<line class="grid" x1="${left}" x2="${width - right}" y1="${at(y(tick))}" y2="${at(y(tick))}"/>
<text x="${left - 6}" y="${at(y(tick) + 4)}" text-anchor="end">${numberText(tick)}</text>`,
  )
  const labels = timeLabels(buckets, bucketMs, 2).map(
    ({ index, text }) => html`<text x="${at(x(index))}" y="${height - 6}">${text}</text>`,
  )
  return html`<figure><figcaption><b>${means.field}</b></figcaption>
<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="mean of ${means.field} over time">${lines}${labels}
${curve(means.a, 'a', x, y)}${curve(means.b, 'b', x, y)}</svg></figure>`
}

type Scale = (of: number) => number

/** Stretches of neighbouring values as lines, one that stands alone as a dot. */
function curve(values: readonly (number | null)[], side: string, x: Scale, y: Scale): Html[] {
  const stretches: string[][] = [[]]
  values.forEach((value, index) => {
    if (value === null) stretches.push([])
    else stretches.at(-1)?.push(`${at(x(index))},${at(y(value))}`)
  })
  return stretches.map(points => {
    if (points.length === 0) return html``
    const [cx, cy] = points[0].split(',')
    return points.length === 1
      ? html`<circle class="bar-${side}" cx="${cx}" cy="${cy}" r="2"/>`
      : html`<polyline class="line-${side}" points="${points.join(' ')}"/>`
  })
}
