import { entityOf, labelTime } from '../../backtest/training-set/label.ts'
import type { LabelShelf } from '../../backtest/training-set/label-shelf.ts'
import { isCsvFile, readTable } from '../diff/table-file.ts'
import { usageError } from '../flags.ts'
import type { RangeChoice } from '../replay/range-flags.ts'
import type { Where } from '../where.ts'
import type { TrainingSetChoice } from './flags.ts'

/** Puts the labels of the file on the shelf, each of them checked; gives how many lie outside of the stretch. */
export async function shelveLabels(
  { labels, time: timeColumn, views, delayMs }: TrainingSetChoice,
  { asked }: RangeChoice,
  shelf: LabelShelf,
): Promise<number> {
  const from = timeOf(asked.from, 'from')
  // Records from that time on are not read, so that nothing is known of what was seen then.
  const until = timeOf(asked.until, 'until') + delayMs
  const isCsv = isCsvFile(labels)
  let outside = 0
  await readTable(labels, record => {
    const time = labelTime(record, timeColumn)
    for (const { column, entity } of views) entityOf(record, column, entity)
    if (time < from || time >= until) outside++
    else if (isCsv) shelf.addCells(time, record as Record<string, string>)
    else shelf.add(time, record)
  })
  return outside
}

function timeOf(where: Where, flag: string): number {
  const moment = 'moment' in where ? where.moment : undefined
  if (typeof moment === 'number') return moment
  if (moment === 'earliest' && flag === 'from') return Number.NEGATIVE_INFINITY
  if (moment === 'latest' && flag === 'until') return Number.POSITIVE_INFINITY
  throw usageError(`--${flag} has to be a time here, as 2026-01-31T12:00:00Z: labels have times, not offsets`)
}
