import type { Row } from '../../engine/index.ts'
import type { AnomalyFound } from '../../jobs/clickstream/topics.ts'
import { timeText } from '../status.ts'
import { tableLines } from '../table.ts'

type Anomaly = Row<typeof AnomalyFound>

const places = 4
/** An anomaly is shown for so long, in event time. */
const shownMs = 60_000

/** The strangest windows of the last minute. */
export class AnomalyPanel {
  private newest = Number.NEGATIVE_INFINITY
  private top: Anomaly[] = []
  private total = 0

  readonly take = (row: Anomaly): void => {
    this.total++
    this.newest = Math.max(this.newest, row.windowEnd)
    const fresh = [...this.top, row].filter(({ windowEnd }) => windowEnd > this.newest - shownMs)
    this.top = fresh.sort((a, b) => b.score - a.score).slice(0, places)
  }

  lines(): string[] {
    const title = `anomalies: ${this.total.toLocaleString('en')}; the strangest of the last minute`
    const rows = this.top.map(({ user, windowEnd, severity, score, moved }) => {
      return [timeText(windowEnd).slice(11, 19), String(user), severity, score.toFixed(3), moved]
    })
    if (rows.length === 0) return ['', 'anomalies: none so far']
    return [
      '',
      title,
      ...tableLines(['window', 'user', 'severity', 'score', 'moved'], rows, ['user', 'score']),
    ]
  }
}
