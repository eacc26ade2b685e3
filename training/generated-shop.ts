import { MemoryHome } from '../connectors/memory/home.ts'
import { RowWriter } from '../engine/io/row-writer.ts'
import { limits } from '../engine/limits.ts'
import type { Topic } from '../engine/topic.ts'
import { sourceSpec } from '../engine/topic.ts'
import { ShopGenerator } from '../jobs/clickstream/shop-generator.ts'
import { clicks, purchases } from '../jobs/clickstream/topics.ts'

export interface GeneratedShop {
  readonly events: number
  /** Events a second of event time. */
  readonly perSecond: number
  readonly seed: number
}

/** Where generated events begin: their time means nothing. */
const START_MS = Date.UTC(2026, 0, 1)

/** A home with the clicks and purchases of a generated shop in which nobody does anything strange. */
export async function generatedShop({ events, perSecond, seed }: GeneratedShop): Promise<MemoryHome> {
  const home = new MemoryHome()
  const generator = new ShopGenerator({ seed, startMs: START_MS, perSecond, bursts: false })
  const writers = [await topicWriter(home, clicks), await topicWriter(home, purchases)]
  for (let left = events; left > 0; left -= limits.batchRows) {
    const made = generator.next(Math.min(left, limits.batchRows))
    for (const [index, rows] of [made.clicks, made.purchases].entries()) {
      writers[index].write(rows)
      await writers[index].flush()
    }
  }
  for (const writer of writers) writer.close()
  for (const [partition] of home.topics.values()) partition.publish()
  return home
}

async function topicWriter<T>(home: MemoryHome, of: Topic<T>): Promise<RowWriter> {
  await home.createTopic(of.name, 1)
  const spec = sourceSpec(of, false, {})
  const append = (name: string, partition: number, batch: Uint8Array) =>
    home.partition(name, partition).append(batch)
  return new RowWriter(spec, spec.time, 1, { append })
}
