import type { ChangedRow, LoneRow } from '../diff/difference.ts'
import type { PlainRow } from '../diff/row-values.ts'
import { changePlot } from './change-plot.ts'
import type { Html, HtmlValue } from './html.ts'
import { html, Html as Markup } from './html.ts'
import { judgementSections } from './judgement-sections.ts'
import { meanPlot } from './mean-plot.ts'
import type { Report } from './report.ts'
import { style } from './style.ts'
import { summary } from './summary-section.ts'
import { timePlot } from './time-plot.ts'
import { countText, numberText, pairText, percentText, timeText, valueText } from './value-text.ts'
import { whyCommand, whyNote } from './why-hint.ts'

/** Plots of fields, those that changed most often. */
const plotted = 12

/** Reports as one page that needs nothing else. */
export function pageOf(...reports: readonly Report[]): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${reports.map(({ topic }) => topic).join(', ')}: A and B compared</title>
<style>${new Markup(style)}</style>
</head>
<body>
${reports.map(sections)}
</body>
</html>
`.text
}

function sections(report: Report): HtmlValue[] {
  return [
    summary(report),
    overTime(report),
    fields(report),
    means(report),
    judgementSections(report),
    biggest(report),
    byKey(report),
    lone(report, 'A', report.firstOnlyA, report.onlyA),
    lone(report, 'B', report.firstOnlyB, report.onlyB),
    why(report),
  ]
}

function overTime({ overTime, isEqual }: Report): Html | undefined {
  const { buckets, bucketMs } = overTime
  if (isEqual || buckets.length === 0) return undefined
  return html`<h2>Over time</h2>${timePlot(buckets, bucketMs)}
<div class="legend"><span><i class="dot-changed"></i>changed</span><span><i class="dot-a"></i>only in A</span
><span><i class="dot-b"></i>only in B</span></div>`
}

function fields({ fields, changed }: Report): Html | undefined {
  const found = fields.filter(field => field.changed > 0)
  if (found.length === 0) return undefined
  const rows = found.map(
    field => html`<tr><td>${field.field}</td><td class="number">${countText(field.changed)}</td>
<td class="number">${percentText(field.changed / changed)}</td><td class="number">${numberText(field.mean)}</td>
<td class="number">${numberText(field.largest)}</td><td class="number">${percentText(field.meanRelative)}</td>
<td class="number">${percentText(field.largestRelative)}</td></tr>`,
  )
  const plots = found
    .filter(({ distribution }) => distribution.length > 0)
    .toSorted((a, b) => b.changed - a.changed)
    .slice(0, plotted)
  return html`<h2>By field</h2><div class="wide"><table>
<tr><th>field</th><th class="number">rows</th><th class="number">of the changed</th><th class="number">mean change</th>
<th class="number">largest</th><th class="number">mean, relative</th><th class="number">largest, relative</th></tr>
${rows}</table></div>
${
  plots.length === 0
    ? undefined
    : html`<h2>Distribution of the changes</h2>
<p class="soft">Rows by how far B is from A, on a scale of powers of ten.</p>
<div class="plots">${plots.map(changePlot)}</div>`
}`
}

/** Of fields that changed; of all where one side has rows that the other has not. */
function means({ overTime, fields, onlyA, onlyB, isEqual }: Report): Html | undefined {
  const { means, buckets, bucketMs } = overTime
  const changed = new Set(fields.filter(field => field.changed > 0).map(({ field }) => field))
  const shown = means
    .filter(({ field }) => onlyA + onlyB > 0 || changed.has(field))
    .filter(({ a, b }) => [...a, ...b].some(value => value !== null))
    .slice(0, plotted)
  if (isEqual || shown.length === 0) return undefined
  return html`<h2>Means over time</h2>
<div class="legend"><span><i class="dot-a"></i>A</span><span><i class="dot-b"></i>B, dashed</span></div>
<div class="plots">${shown.map(one => meanPlot(one, buckets, bucketMs))}</div>`
}

function biggest(report: Report): Html | undefined {
  if (report.biggest.length === 0) return undefined
  return html`<h2>Biggest changes</h2>
<p class="soft">The first ${countText(report.biggest.length)} of ${countText(report.changed)} changed rows, by the change
in one field, measured by how large its values are on the average.</p>
<div class="wide"><table><tr><th>row</th><th>field</th><th class="number of-a">A</th><th class="number of-b">B</th></tr>
${report.biggest.map(row => changedRow(report, row))}</table></div>`
}

function changedRow(report: Report, { key, fields }: ChangedRow): Html[] {
  return fields.map(({ field, a, b }, index) => {
    const [before, after] = pairText(a, b, isTime(report, field))
    const name = index === 0 ? keyText(report, key) : ''
    return html`<tr${index < fields.length - 1 ? new Markup(' class="group"') : undefined}><td class="key">${name}</td>
<td>${field}</td><td class="number">${before}</td><td class="number">${after}</td></tr>`
  })
}

function byKey({ byKey }: Report): Html | undefined {
  if (byKey.top.length === 0) return undefined
  const note = byKey.isRough ? ' There are so many that a count may be too low.' : ''
  const rows = byKey.top.map(
    ({ key, changed, onlyA, onlyB }) => html`<tr><td>${key}</td><td class="number">${countText(changed)}</td>
<td class="number">${countText(onlyA)}</td><td class="number">${countText(onlyB)}</td></tr>`,
  )
  return html`<h2>By ${byKey.columns.join(', ')}</h2>
<p class="soft">The first ${countText(byKey.top.length)} of ${countText(byKey.count)} that differ in something.${note}</p>
<div class="wide"><table><tr><th>${byKey.columns.join(', ')}</th><th class="number">changed</th>
<th class="number of-a">only in A</th><th class="number of-b">only in B</th></tr>${rows}</table></div>`
}

function lone(report: Report, side: string, rows: readonly LoneRow[], count: number): Html | undefined {
  const [first] = rows
  if (first === undefined) return undefined
  const names = Object.keys(first.row)
  const cells = ({ row }: LoneRow) =>
    names.map(name => html`<td>${valueText(row[name], isTime(report, name))}</td>`)
  return html`<h2>Only in ${side}</h2>
<p class="soft">The first ${countText(rows.length)} of ${countText(count)}, from ${timeText(first.time)} on.</p>
<div class="wide"><table><tr>${names.map(name => html`<th>${name}</th>`)}</tr>
${rows.map(row => html`<tr>${cells(row)}</tr>`)}</table></div>`
}

function why(report: Report): Html | undefined {
  const command = whyCommand(report)
  return command === undefined
    ? undefined
    : html`<h2>Why</h2><p class="soft">${whyNote}</p><p><code>${command}</code></p>`
}

function keyText(report: Report, key: PlainRow): string {
  return Object.entries(key)
    .map(([name, value]) => `${name} ${valueText(value, isTime(report, name))}`)
    .join(', ')
}

function isTime({ times }: Report, name: string): boolean {
  return times.includes(name)
}
