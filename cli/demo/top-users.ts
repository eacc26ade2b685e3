import type { Home } from '../../engine/home.ts'
import type { Row } from '../../engine/index.ts'
import { RowReader } from '../../engine/io/row-reader.ts'
import type { TopicSpec } from '../../engine/topic.ts'
import type { UserStats } from '../../schemas/user-stats.ts'
import { timeText } from '../status.ts'
import { tableLines } from '../table.ts'

type Stats = Row<typeof UserStats>

const places = 5

/** Reads the job's results as they are committed, and keeps those who spent most in the newest window. */
export class TopUsers {
  private readonly readers: readonly RowReader<Stats>[]
  private readonly closeSources: () => void
  private window = Number.NEGATIVE_INFINITY
  private windowEnd = 0
  private users = 0
  private top: Stats[] = []

  static async open(home: Home, topic: TopicSpec): Promise<TopUsers> {
    const count = (await home.partitions(topic.name)) ?? 0
    const sources = await Promise.all(Array.from({ length: count }, (_, k) => home.openSource(topic.name, k)))
    const readers = sources.map((source, k) => new RowReader<Stats>(topic, k, source, source.endOffset()))
    return new TopUsers(readers, () => {
      for (const source of sources) source.close()
    })
  }

  private constructor(readers: readonly RowReader<Stats>[], close: () => void) {
    this.readers = readers
    this.closeSources = close
  }

  async update(): Promise<void> {
    for (const reader of this.readers) {
      for (let records = await reader.read(); records.length > 0; records = await reader.read()) {
        for (const { row } of records) if (row !== null) this.take(row)
      }
    }
  }

  lines(): string[] {
    if (this.top.length === 0) return ['', 'no window has closed yet: the first does after some 15 seconds']
    const time = (ms: number) => timeText(ms).slice(11, 19)
    const title = `${time(this.window)} to ${time(this.windowEnd)}: ${this.users.toLocaleString('en')} users; who spent most`
    const rows = this.top.map(({ user, clicks, spend }) => [String(user), String(clicks), spend.toFixed(2)])
    return ['', title, ...tableLines(['user', 'clicks', 'spend'], rows, ['user', 'clicks', 'spend'])]
  }

  close(): void {
    this.closeSources()
  }

  private take(row: Stats): void {
    if (row.windowStart < this.window) return
    if (row.windowStart > this.window) {
      this.window = row.windowStart
      this.windowEnd = row.windowEnd
      this.users = 0
      this.top = []
    }
    this.users++
    const last = this.top.at(-1)
    if (this.top.length === places && last !== undefined && row.spend <= last.spend) return
    this.top = [...this.top, row].sort((a, b) => b.spend - a.spend).slice(0, places)
  }
}
