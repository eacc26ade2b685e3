import type { Manifest, Rounds, Stretch } from '../../backtest/manifest.ts'
import type { Plan } from '../../engine/graph/plan.ts'
import { RecordFeed } from '../../engine/io/record-feed.ts'
import { RangeSource } from '../../engine/replay/range-source.ts'
import type { Place } from '../place/place.ts'

/** Records of all tasks that a round is to have, about; but even a short stretch is cut into so many rounds. */
const roundRecords = 1 << 17
const leastRounds = 100

/** How the time of a stretch is cut, by the times of its first and last records; tables have none that count. */
export async function roundsOf(
  { stages }: Pick<Plan, 'stages'>,
  place: Place,
  stretches: Manifest['stretches'],
): Promise<Rounds | undefined> {
  const sources = stages.flatMap(({ inputs }) => inputs.map(({ source }) => source))
  const tables = new Set(sources.filter(({ table }) => table).map(({ name }) => name))
  let [first, last, records] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0]
  for (const [topic, parts] of Object.entries(stretches)) {
    if (tables.has(topic)) continue
    for (const [partition, stretch] of parts.entries()) {
      const [begin, end] = await timesIn(place, topic, partition, stretch)
      first = Math.min(first, begin)
      last = Math.max(last, end)
      records += stretch.until - stretch.warmup
    }
  }
  if (last < first) return undefined
  const count = Math.max(leastRounds, records / roundRecords)
  return { everyMs: Math.max(1, Math.ceil((last - first) / count)), lastMs: last }
}

async function timesIn(
  place: Place,
  topic: string,
  partition: number,
  { warmup, until }: Stretch,
): Promise<[number, number]> {
  const source = await place.openSource(topic, partition)
  try {
    const range = { from: warmup, until }
    const feed = new RecordFeed(
      new RangeSource(source, range, new AbortController().signal),
      topic,
      partition,
    )
    const timeAt = async (offset: number) => {
      feed.seek(offset)
      return feed.nextTime()
    }
    const first = await timeAt(Math.max(warmup, source.startOffset()))
    if (first === Number.POSITIVE_INFINITY) return [first, Number.NEGATIVE_INFINITY]
    // The last offsets may be those of transactions' ends.
    let last = Number.POSITIVE_INFINITY
    for (let back = 1; last === Number.POSITIVE_INFINITY; back *= 2) {
      last = await timeAt(Math.max(warmup, source.startOffset(), until - back))
    }
    return [first, last]
  } finally {
    source.close()
  }
}
