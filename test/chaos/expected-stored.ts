import type { Outcome } from './outputs.ts'
import { firstDifference, rowsIn } from './outputs.ts'
import {
  CLICKS_MAX,
  itemStats,
  LOOKS,
  lastClick,
  lastLook,
  sales,
  shelfOf,
  traffic,
  userStats,
  VALUE_MAX,
} from './store-sinks.ts'
import type { Stamped } from './stored.ts'
import { entityLines, pointLine } from './stored.ts'

type Row = Readonly<Record<string, unknown>>

/** Whether a part of an outcome is a view or a series. */
export function isStored(name: string): boolean {
  return name.startsWith('view ') || name.startsWith('series ')
}

/** The first place where the stores have something else than the topics that got the same rows. */
export function storedDifference(outcome: Outcome): string | undefined {
  const stored = new Map([...outcome].filter(([name]) => isStored(name)))
  const difference = firstDifference(stored, expectedStored(outcome))
  return difference?.replace('uninterrupted', 'by the topics')
}

/** What lies in the stores, by a plain look at the records in the topics. */
function expectedStored(topics: Outcome): Outcome {
  const clicks = rowsIn(topics, 'seen')
  const perUser = rowsIn(topics, 'per-user')
  const perItem = rowsIn(topics, 'per-item')
  const few = perUser.filter(({ row }) => Number(row.clicks) <= CLICKS_MAX)
  const cheap = clicks.filter(({ row }) => Number(row.value) <= VALUE_MAX)
  const lastLooks = clicks.map(({ time, row }) => ({ time, row: { ...row, look: LOOKS - 1 } }))
  const stats = newest(few, 'user', ['clicks', 'spent', 'average'])
  const ends = newest(rowsIn(topics, 'visits'), 'user', ['end'])
  for (const [user, fields] of ends) {
    stats.set(user, new Map([...(stats.get(user) ?? []), ...fields]))
  }
  return new Map([
    [`view ${userStats.name}`, entityLines(stats)],
    [`view ${lastClick.name}`, entityLines(newest(cheap, 'user', ['item', 'value']))],
    [`view ${lastLook.name}`, entityLines(newest(lastLooks, 'user', ['item', 'look']))],
    [`view ${itemStats.name}`, entityLines(newest(perItem, 'item', ['clicks', 'spent']))],
    [`series ${traffic.name}`, perUser.map(({ row }) => pointOf(row, ['user'])).sort()],
    [
      `series ${sales.name}`,
      perItem
        .map(({ row }) => pointOf({ ...row, shelf: shelfOf(Number(row.item)) }, ['item', 'shelf']))
        .sort(),
    ],
  ])
}

/** Of each entity and field the value of the latest time; of those of one time the one that comes later. */
function newest(
  rows: readonly { readonly time: number; readonly row: Row }[],
  entity: string,
  fields: readonly string[],
): Map<unknown, Map<string, Stamped>> {
  const found = new Map<unknown, Map<string, Stamped>>()
  for (const { time, row } of rows) {
    const known = found.getOrInsertComputed(row[entity], () => new Map())
    for (const field of fields) {
      if (time >= (known.get(field)?.time ?? 0)) known.set(field, { value: row[field], time })
    }
  }
  return found
}

function pointOf(row: Row, tags: readonly string[]): string {
  const { windowEnd, ...columns } = row
  const entries = Object.entries(columns)
  const tagged = entries.filter(([name]) => tags.includes(name))
  const values = entries.filter(([name, value]) => !tags.includes(name) && value !== null)
  return pointLine(Number(windowEnd), Object.fromEntries(tagged), Object.fromEntries(values))
}
