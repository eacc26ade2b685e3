import type { ChangeBin, FieldDifference } from '../diff/field-tally.ts'
import { at } from './axis.ts'
import type { Html } from './html.ts'
import { html } from './html.ts'
import { countText, numberText, percentText } from './value-text.ts'

const [width, height] = [320, 140]
const [top, bottom] = [14, 22]
/** Between negative and positive changes. */
const gap = 10
/** From the middle of a label to that of the next one. */
const labelRoom = 38

/** How many rows of a field changed by how much: on a scale of powers of ten, what fell at the left of zero. */
export function changePlot(field: FieldDifference): Html {
  const { distribution: bins } = field
  const negative = scaleOf(bins.filter(({ to }) => to < 0).map(({ from, to }) => [-to, -from]))
  const positive = scaleOf(bins.filter(({ from }) => from > 0).map(({ from, to }) => [from, to]))
  const slots = negative.length + positive.length
  const wide = Math.min((width - gap) / slots, 60)
  const zero = slots === 0 ? 0 : (width - wide * slots - gap) / 2 + wide * negative.length + gap / 2
  const most = Math.max(...bins.map(({ count }) => count))
  const place = (bin: ChangeBin) =>
    bin.to < 0
      ? zero - gap / 2 - wide * (1 + slotOf(negative, -bin.to))
      : zero + gap / 2 + wide * slotOf(positive, bin.from)
  const bars = bins.map(bin => {
    const high = Math.max(1, (bin.count / most) * (height - top - bottom))
    const title = `${numberText(bin.from)} to ${numberText(bin.to)}: ${countText(bin.count)} rows`
    return html`<rect class="bar-changed" x="${at(place(bin) + wide * 0.06)}" y="${at(height - bottom - high)}"
 width="${at(wide * 0.88)}" height="${at(high)}"><title>${title}</title></rect>`
  })
  const { changed, mean, meanRelative } = field
  const caption = `${countText(changed)} rows, mean change ${numberText(mean)} (${percentText(meanRelative)})`
  return html`<figure><figcaption><b>${field.field}</b> ${caption}</figcaption>
<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="changes of ${field.field}">
<text x="0" y="10">${countText(most)}</text>${bars}
<line class="axis" x1="0" x2="${width}" y1="${height - bottom}" y2="${height - bottom}"/>
<line class="axis" x1="${at(zero)}" x2="${at(zero)}" y1="${height - bottom - 4}" y2="${height - bottom + 4}"/>
<text x="${at(zero)}" y="${height - 6}" text-anchor="middle">0</text>
${powerLabels(negative, '-', zero, wide)}${powerLabels(positive, '+', zero, wide)}</svg></figure>`
}

/** The lower ends of all bins between the least change and the greatest, half a power of ten apart. */
function scaleOf(bins: readonly (readonly [number, number])[]): number[] {
  if (bins.length === 0) return []
  const [least, greatest] = [Math.min(...bins.map(([from]) => from)), Math.max(...bins.map(([from]) => from))]
  const count = Math.round(Math.log10(greatest / least) * 2) + 1
  return Array.from({ length: count }, (_, slot) => least * 10 ** (slot / 2))
}

function slotOf(scale: readonly number[], size: number): number {
  return Math.round(Math.log10(size / scale[0]) * 2)
}

/** At each power of ten, as far as there is room; at the outer end where there is none of these. */
function powerLabels(scale: readonly number[], sign: '-' | '+', zero: number, wide: number): Html[] {
  if (scale.length === 0) return []
  const towards = sign === '-' ? -1 : 1
  const place = (slot: number) => zero + towards * (gap / 2 + wide * slot)
  const labels: Html[] = []
  let free = zero + towards * labelRoom
  for (let slot = 0; slot <= scale.length; slot++) {
    const power = Math.round(Math.log10(scale[0]) * 2 + slot) / 2
    const isFree = (place(slot) - free) * towards >= 0
    if (!isFree || !Number.isInteger(power)) continue
    labels.push(tick(place(slot), sign + numberText(10 ** power)))
    free = place(slot) + towards * labelRoom
  }
  if (labels.length > 0) return labels
  const end = scale[0] * 10 ** (scale.length / 2)
  return [tick(place(scale.length), sign + numberText(Number(end.toPrecision(2))))]
}

function tick(x: number, text: string): Html {
  const anchor = x > width - labelRoom / 2 ? 'end' : x < labelRoom / 2 ? 'start' : 'middle'
  return html`<line class="axis" x1="${at(x)}" x2="${at(x)}" y1="${height - bottom}" y2="${height - bottom + 4}"/>
<text x="${at(x)}" y="${height - 6}" text-anchor="${anchor}">${text}</text>`
}
