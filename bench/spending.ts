import type { JobHome } from '../engine/home.ts'
import { RowWriter } from '../engine/io/row-writer.ts'
import type { Topic } from '../engine/topic.ts'
import { topicSpec } from '../engine/topic.ts'
import type { Seen, Spending } from './state-job.ts'
import { ROWS_TIME } from './state-job.ts'

/** Rows of each key, so that no aggregate is what a single row says. */
const ROWS_A_KEY = 2
const ROWS_A_BATCH = 5000

/** Users far apart, as ids are; values that sum up exactly. */
const spent = (key: number, turn: number) => (key % 1000) / 4 + turn

/** Writes the rows of all keys into the topic's only partition. */
export async function writeSpending(
  topic: Topic<Spending>,
  keys: number,
  append: JobHome['append'],
): Promise<void> {
  const writer = new RowWriter(topicSpec(topic), 'ts', 1, { append })
  for (let turn = 0; turn < ROWS_A_KEY; turn++) {
    for (let from = 0; from < keys; from += ROWS_A_BATCH) {
      const rows = Array.from({ length: Math.min(ROWS_A_BATCH, keys - from) }, (_, i) => {
        return { ts: ROWS_TIME, user: (from + i) * 7919, value: spent(from + i, turn) }
      })
      writer.write(rows)
      await writer.flush()
    }
  }
  writer.close()
}

/** What the window of all keys has to give. */
export function expectedSpending(keys: number): Seen {
  const seen = { keys, count: keys * ROWS_A_KEY, sum: 0, min: 0, max: 0 }
  for (let key = 0; key < keys; key++) {
    for (let turn = 0; turn < ROWS_A_KEY; turn++) seen.sum += spent(key, turn)
    seen.min += spent(key, 0)
    seen.max += spent(key, ROWS_A_KEY - 1)
  }
  return seen
}
