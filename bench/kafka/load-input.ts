import type { Topic } from '../../engine/topic.ts'
import type { Event } from '../events.ts'
import { PARTITIONS } from '../events.ts'
import { fillEvents, fillTable } from '../fill.ts'
import { eventTopic, tableTopic } from '../topics.ts'
import type { WorkloadOptions } from '../workloads.ts'
import type { BenchTopics } from './bench-topics.ts'
import { loading } from './loader.ts'

/** The records are dated 2023: without this the broker deletes them as old. */
const events = { 'retention.ms': '-1' }
const table = { 'cleanup.policy': 'compact' }

/** The topics that a workload reads, the same ones that the peers read, filled if they are not yet. */
export async function loadInput(
  topics: BenchTopics,
  brokers: readonly string[],
  options: WorkloadOptions,
): Promise<void> {
  const { encoding, keys, workload } = options
  const input: Topic<Event> = eventTopic(encoding, options.events, keys)
  await topics.filled(input.name, options.events + PARTITIONS, events, () =>
    loading(brokers, input.name, loader =>
      fillEvents(input, options.events, keys, (partition, batch) => loader.append(partition, batch)),
    ),
  )
  if (workload !== 'W4') return
  const { name } = tableTopic(keys)
  await topics.filled(name, keys, table, () =>
    loading(brokers, name, loader => fillTable(keys, (partition, batch) => loader.append(partition, batch))),
  )
}
