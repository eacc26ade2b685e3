import type { Row } from '../../engine/index.ts'
import type { Recommended } from '../../jobs/clickstream/topics.ts'
import { timeText } from '../status.ts'
import { tableLines } from '../table.ts'

type Recommendation = Row<typeof Recommended>

const places = 3
const itemsShown = 6

/** What was recommended last. */
export class OfferPanel {
  private newest: Recommendation[] = []
  private total = 0

  readonly take = (row: Recommendation): void => {
    this.total++
    this.newest = [row, ...this.newest].slice(0, places)
  }

  lines(): string[] {
    if (this.total === 0) return ['', 'recommendations: none so far']
    const rows = this.newest.map(({ ts, user, items }) => {
      return [timeText(ts).slice(11, 19), String(user), items.slice(0, itemsShown).join(', ')]
    })
    const title = `recommendations: ${this.total.toLocaleString('en')}; the newest`
    return ['', title, ...tableLines(['time', 'user', 'items'], rows, ['user'])]
  }
}
