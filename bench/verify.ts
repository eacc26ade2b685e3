import type { PartitionSource, TopicHome } from '../engine/home.ts'
import { RowReader } from '../engine/io/row-reader.ts'
import type { TopicSpec } from '../engine/topic.ts'
import type { Workload } from './topics.ts'
import { Totals } from './totals.ts'

interface ResultRow {
  readonly user: number
  readonly value: number
  readonly segment: number
  readonly start: number
  readonly end: number
  readonly count: number
  readonly sum: number
  readonly min: number
  readonly max: number
}

const PATIENCE_MS = 30_000

/** Totals of what a run has written; results of sentinels are left out everywhere. */
export async function totalsOf(workload: Workload, spec: TopicSpec, home: TopicHome): Promise<Totals> {
  const totals = new Totals()
  const partitions = (await home.partitions(spec.name)) ?? 0
  for (let partition = 0; partition < partitions; partition++) {
    const source = await home.openSource(spec.name, partition)
    const reader = new RowReader<ResultRow>(spec, partition, source, 0)
    const end = (await source.freshEnd?.()) ?? source.endOffset()
    while (reader.position < end) {
      const some = await reader.read()
      for (const { row } of some) if (row !== null) addResult(totals, workload, row)
      if (some.length === 0 && reader.position < end) await more(source)
    }
    reader.close()
    source.close()
  }
  return totals
}

async function more(source: PartitionSource): Promise<void> {
  const patience = AbortSignal.timeout(PATIENCE_MS)
  await source.changed(patience)
  patience.throwIfAborted()
}

function addResult(totals: Totals, workload: Workload, row: ResultRow): void {
  const { user, value, segment, start, end, count, sum, min, max } = row
  if (workload === 'W0') totals.add([user, value, 0], 1, value)
  else if (workload === 'W4') totals.add([user, value, segment], 1, value)
  else if (workload === 'W3') totals.add([user, start, end, count], count, sum)
  else totals.add([user, start, end, count, min, max], count, sum)
}
