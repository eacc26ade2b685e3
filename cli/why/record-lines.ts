import { amountText, countText, timeText } from '../../backtest/report/value-text.ts'
import type { Explanation, InputFate } from '../../backtest/why/explanation.ts'
import { fates } from '../../backtest/why/explanation.ts'
import { limits } from '../../engine/limits.ts'
import { jsonLine } from '../io.ts'
import type { Paint } from './paint.ts'
import { fit } from './row-lines.ts'

const fateWords = {
  taken: '',
  late: 'too late',
  missed: 'over',
  rejected: 'rejected',
  dropped: 'dropped',
} as const

/** The input records, by topic and partition: those that made the row, and those that would have. */
export function recordLines(explanation: Explanation, limit: number, width: number, paint: Paint): string[] {
  const { records } = explanation
  if (records.length === 0) return []
  const shown = chosenOf(records, limit)
  const days = new Set(shown.map(({ time }) => timeText(time).slice(0, 10)))
  const timeOf = (time: number) => (days.size === 1 ? clock(time) : timeText(time))
  const lines = [`${heading(explanation)}:`]
  for (const [place, own] of Map.groupBy(shown, ({ topic, partition }) => `${topic}/${partition}`)) {
    const offsets = Math.max(...own.map(({ offset }) => String(offset).length))
    const isLater = own.some(({ time, timestamp }) => time !== timestamp)
    const words = Math.max(...own.map(({ fate }) => fateWords[fate].length))
    const day = days.size === 1 ? `, ${[...days][0]}` : ''
    lines.push('', `  ${paint('bold', place)}${paint('dim', day)}`)
    for (const { offset, time, timestamp, fate, row: value } of own) {
      const at = `@${String(offset).padEnd(offsets)}  ${timeOf(time)}`
      const written = isLater ? `  written ${timeOf(timestamp)}` : ''
      const word = words === 0 ? '' : `  ${fateWords[fate].padEnd(words)}`
      const left = `  ${at}${written}${word}`
      const text = fit(jsonLine(value), width - left.length - 2)
      lines.push(fate === 'taken' ? `${left}  ${paint('dim', text)}` : paint('yellow', `${left}  ${text}`))
    }
  }
  const left = records.length - shown.length
  if (left > 0) lines.push('', `  and ${countText(left)} more: --limit ${records.length} shows them`)
  return lines
}

/** Of too many records those that are not in the row are worth most, late ones above all, for up to half of the room. */
export function chosenOf(records: readonly InputFate[], limit: number): InputFate[] {
  const [taken, apart] = [true, false].map(is => records.filter(({ fate }) => (fate === 'taken') === is))
  const room = Math.max(Math.ceil(limit / 2), limit - taken.length)
  const rank = ({ fate }: InputFate) => fates.indexOf(fate)
  const first = apart.toSorted((a, b) => rank(a) - rank(b)).slice(0, room)
  const chosen = new Set([...first, ...taken.slice(0, limit - first.length)])
  return records.filter(record => chosen.has(record))
}

function heading({ records, row, segments }: Explanation): string {
  if (row === null) return `${amountText(records.length, 'input record')} of its key`
  const taken = records.filter(({ fate }) => fate === 'taken')
  const apart = records.length - taken.length
  const made = amountText(taken.length, 'input record')
  const how = taken.some(record => record.isMaybe) ? 'may be behind it' : 'made it'
  // What is not kept is not followed to its records.
  const isWhole = segments.every(
    ({ untold, explained }) => untold.length === 0 && explained.length < limits.whyRows,
  )
  const others = countText(apart)
  if (!isWhole) return `the first ${made} that ${how}, and the first ${others} that would have`
  return apart === 0 ? `${made} ${how}` : `${made} ${how}; ${others} more would have been in it`
}

/** The time of day as short as it can be exact. */
function clock(time: number): string {
  return new Date(time).toISOString().slice(11, -1)
}
