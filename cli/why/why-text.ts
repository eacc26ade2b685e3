import { amountText, countText, timeText } from '../../backtest/report/value-text.ts'
import type { Target } from '../../backtest/why/target.ts'
import { wrapLine } from '../wrap.ts'
import { absenceLines } from './absence-lines.ts'
import type { Explained } from './explain.ts'
import type { Paint } from './paint.ts'
import { recordLines } from './record-lines.ts'
import { columnLines, fit } from './row-lines.ts'
import { stepLines } from './step-lines.ts'

/** The explanation for a terminal of so many columns. */
export function whyText(
  explained: Explained,
  target: Target,
  limit: number,
  width: number,
  paint: Paint,
): string[] {
  const { row, segments } = explained
  const sections = [
    [paint('bold', title(explained, target))],
    row === null
      ? absenceLines(explained, target, width)
      : columnLines(row).map(line => `  ${fit(line, width - 2)}`),
    row === null || segments.length === 0 ? [] : stepLines(segments, width, paint),
    recordLines(explained, limit, width, paint),
    remarks(explained, target.written !== undefined).flatMap(remark => wrapLine(remark, width, 2)),
  ]
  return sections
    .filter(lines => lines.length > 0)
    .flatMap((lines, index) => (index === 0 ? lines : ['', ...lines]))
}

function title({ topic, row }: Explained, { key, window }: Target): string {
  const when = window === undefined ? '' : `, window ${timeText(window)}`
  return row === null ? `${topic} has no row of key ${key}${when}` : `${topic}, key ${key}${when}`
}

/** What has to be known to trust it. */
function remarks(explained: Explained, isAt: boolean): string[] {
  const { matches, differs, row, unreadable, begins, passes, stretch, seconds } = explained
  const remarks: string[] = []
  if (matches > 1) {
    remarks.push(
      `${countText(matches)} rows fit, this is ${isAt ? 'one of them' : 'the last'}: --window names one, --at the one at a position`,
    )
  }
  if (row !== null && differs.length > 0) {
    remarks.push(
      `what was written differs in ${differs.join(', ')}: by another version of the job or of a model, or over another stretch`,
    )
  }
  const broken = Object.values(unreadable).reduce((sum, count) => sum + count, 0)
  if (broken > 0) {
    const sources = Object.keys(unreadable).join(', ')
    remarks.push(
      `${amountText(broken, 'record')} of ${sources} could not be read: whose they were, nobody knows`,
    )
  }
  const topics = Object.keys(begins)
  if (topics.length > 0) {
    remarks.push(
      `what ${topics.join(', ')} had before offset ${Object.values(begins)
        .map(of => of.join('/'))
        .join(', ')} was not looked at`,
    )
  }
  const each = amountText(stretch, 'record')
  remarks.push(`${passes === 1 ? 'one pass' : `${passes} passes`} over ${each}, ${seconds.toFixed(1)} s`)
  return remarks
}
