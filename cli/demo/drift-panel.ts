import type { DriftAlarm } from '../../operators/index.ts'
import { timeText } from '../status.ts'
import { tableLines } from '../table.ts'

const places = 3

/** The newest alarms of drift. */
export class DriftPanel {
  private newest: DriftAlarm[] = []
  private total = 0

  readonly take = (row: DriftAlarm): void => {
    this.total++
    this.newest = [row, ...this.newest].slice(0, places)
  }

  lines(): string[] {
    if (this.total === 0) return ['', 'drift: none so far']
    const rows = this.newest.map(({ windowEnd, step, severity, fields, test, statistic }) => {
      return [timeText(windowEnd).slice(11, 19), step, severity, fields, `${test} ${statistic.toFixed(3)}`]
    })
    const headings = ['until', 'step', 'severity', 'fields', 'worst']
    return ['', `drift: ${this.total.toLocaleString('en')} alarms; the newest`, ...tableLines(headings, rows)]
  }
}
