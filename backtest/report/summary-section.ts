import type { Repeated } from '../diff/difference.ts'
import type { Unread } from '../diff/side.ts'
import type { Html } from './html.ts'
import { html } from './html.ts'
import type { Report } from './report.ts'
import { countText, percentText, timeText } from './value-text.ts'

/** What was compared, and how it came out. */
export function summary(report: Report): Html {
  const { topic, names, rows, key, isEqual, equal, changed, onlyA, onlyB } = report
  const all = equal + changed + onlyA + onlyB
  const card = (
    count: number,
    name: string,
    kind: string,
  ) => html`<div class="card"><b class="of-${kind}">${countText(count)}</b
>${name} <span class="soft">${all === 0 ? '' : percentText(count / all)}</span></div>`
  const part = (count: number, kind: string) =>
    count === 0 ? undefined : html`<i class="dot-${kind}" style="flex: ${count} 0 1px"></i>`
  return html`<h1>${topic}</h1>
<p class="verdict">${isEqual ? 'A and B are equal.' : 'A and B differ.'}</p>
<div class="sides"><b class="of-a">A</b><span class="number">${countText(rows.a)} rows</span><span>${names.a}</span>
<b class="of-b">B</b><span class="number">${countText(rows.b)} rows</span><span>${names.b}</span></div>
<p class="soft">Matched by ${key.join(', ')}.</p>
<div class="cards">${card(equal, 'equal', 'equal')}${card(changed, 'changed', 'changed')}${card(onlyA, 'only in A', 'a')}
${card(onlyB, 'only in B', 'b')}</div>
<div class="strip">${part(equal, 'equal')}${part(changed, 'changed')}${part(onlyA, 'a')}${part(onlyB, 'b')}</div>
${remarks(report).map(remark => html`<p class="soft">${remark}</p>`)}`
}

/** What has to be known to read the counts. */
export function remarks(report: Report): string[] {
  const { near, ignored, repeated, unread, tolerances, recorded } = report
  const found: string[] = recorded === undefined ? [] : stretchRemarks(recorded)
  const given = Object.entries(tolerances)
  if (given.length > 0) {
    const texts = given.map(([field, text]) => `${field} ${text}`).join(', ')
    found.push(`${countText(near)} of the equal rows differ within tolerances (${texts}).`)
  }
  if (ignored.length > 0) found.push(`Not compared: ${ignored.join(', ')}.`)
  found.push(...repeatedRemarks('A', repeated.a), ...repeatedRemarks('B', repeated.b))
  return [...found, ...unreadRemarks('A', unread.a), ...unreadRemarks('B', unread.b)]
}

function stretchRemarks({ from, until }: NonNullable<Report['recorded']>): string[] {
  if (from === null && until === null) return []
  const bounds = [
    from === null ? '' : ` from ${timeText(from)} on`,
    until === null ? '' : ` before ${timeText(until)}`,
  ]
  return [`Compared are records${bounds.join('')}: what one side alone covers is left out.`]
}

function repeatedRemarks(side: string, { keys, rows }: Repeated): string[] {
  if (keys === 0) return []
  const what = keys === 1 ? '1 key is' : `${countText(keys)} keys are`
  return [
    `In ${side} ${what} there more than once, ${countText(rows)} rows beyond the first: the first is compared with the first of the other side, the second with the second.`,
  ]
}

function unreadRemarks(side: string, { withoutValue, undecodable, problem }: Unread): string[] {
  const found: string[] = []
  if (withoutValue > 0)
    found.push(`In ${side} ${countText(withoutValue)} records have no value: they are left out.`)
  if (undecodable > 0)
    found.push(`In ${side} ${countText(undecodable)} records cannot be decoded, the first: ${problem}`)
  return found
}
