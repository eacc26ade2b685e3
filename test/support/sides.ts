import type { Side } from '../../backtest/diff/side.ts'
import { MemoryHome } from '../../connectors/memory/home.ts'
import { RowWriter } from '../../engine/io/row-writer.ts'
import type { Topic } from '../../engine/topic.ts'
import { topicSpec } from '../../engine/topic.ts'

/** An output in memory with these rows, some of which go to the log together. */
export async function sideOf<T>(
  topic: Topic<T>,
  rows: readonly unknown[],
  { partitions = 2, atOnce = 3, name = 'a side' } = {},
): Promise<Side> {
  const home = new MemoryHome()
  await home.createTopic(topic.name, partitions)
  const job = await home.openJob('writer', [topic.name])
  const writer = new RowWriter(topicSpec(topic), null, partitions, job)
  for (let from = 0; from < rows.length; from += atOnce) {
    writer.write(rows.slice(from, from + atOnce))
    await writer.flush()
  }
  await job.commit({ kind: 'delta', payload: new Uint8Array(0) }, [])
  const sources = Array.from({ length: partitions }, (_, partition) => home.openSource(topic.name, partition))
  const opened = await Promise.all(sources)
  return { name, partitions: opened.map(source => ({ source, start: 0, end: source.endOffset() })) }
}
