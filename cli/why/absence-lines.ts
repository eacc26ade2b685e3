import { amountText, countText, timeText } from '../../backtest/report/value-text.ts'
import type { Explanation, SeenRow, Segment } from '../../backtest/why/explanation.ts'
import type { Target } from '../../backtest/why/target.ts'
import { wrapLine } from '../wrap.ts'
import { rowLines } from './row-lines.ts'

const mostRows = 3

/** Why there is no such row. */
export function absenceLines(explanation: Explanation, { window }: Target, width: number): string[] {
  const { absence, segments } = explanation
  if (absence === null) return []
  const lines: string[] = []
  const say = (text: string) => lines.push(...wrapLine(`  ${text}`, width, 2))
  const show = ({ row }: SeenRow) => lines.push(...rowLines(row, width - 6).map(line => `      ${line}`))
  for (const { step, at, computed } of absence.lost) {
    say(`${step} computed it, and ${at} dropped it:`)
    show(computed)
  }
  if (absence.open !== null) {
    const { reached, ends } = absence.open
    say(
      `its window is not over: it ends at ${timeText(ends)}, and event time has come to ${timeText(reached)}`,
    )
  } else if (absence.lost.length === 0 && window !== undefined) {
    for (const segment of segments) say(nothingMade(segment))
  }
  const { ofKey, nearest, unknown } = absence
  if (ofKey === 0) say('the topic has no row of this key at all')
  else if (window !== undefined) {
    say(`the topic has ${amountText(ofKey, 'row')} of this key, as:`)
    const distance = ({ time }: SeenRow) => Math.abs(time - window)
    for (const row of nearest.toSorted((a, b) => distance(a) - distance(b)).slice(0, mostRows)) show(row)
  }
  if (segments.length === 0) say('which step would have computed it cannot be told by its key')
  if (unknown.length > 0) {
    say(`what ${unknown.join(', ')} dropped cannot be told: rows there do not have the columns of the key`)
  }
  return lines
}

function nothingMade({ step, counts, rows }: Segment): string {
  const { taken, late, missed, rejected, dropped } = counts
  if (taken > 0) {
    return `${step} has ${amountText(taken, 'row')} of the key that would fit, and no window of them begins there`
  }
  const parts = [
    late + missed > 0 ? `${countText(late + missed)} came too late for ${step}` : '',
    rejected > 0 ? `${countText(rejected)} were rejected` : '',
    dropped > 0 ? `${countText(dropped)} were dropped by ${stepsOf(rows)}` : '',
  ].filter(Boolean)
  return parts.length > 0
    ? `of the rows of its key and window ${parts.join(', ')}`
    : `no row of its key and window came to ${step}`
}

function stepsOf(rows: Segment['rows']): string {
  return [...new Set(rows.flatMap(({ fate, step }) => (fate === 'dropped' ? [step] : [])))].join(', ')
}
