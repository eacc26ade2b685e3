import type { WorkerEntry } from '../../engine/workers/pool.ts'
import type { KafkaHomeOptions } from './config.ts'

/** What lets worker threads work on the tasks of a job that lives in Kafka. */
export function kafkaWorkers(homeOptions: KafkaHomeOptions): WorkerEntry {
  // No import, so that the compiler leaves the extension as it is.
  const file = import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js'
  return { module: new URL(file, import.meta.url), homeOptions }
}
