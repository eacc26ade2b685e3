import type { StoreOptions } from '../../../cli/stores.ts'
import { openStores } from '../../../cli/stores.ts'
import { KafkaHome } from '../../../connectors/kafka/home.ts'
import { openLogHome } from '../../../connectors/log/home.ts'
import { prepareJob, sharedTasks } from '../../../engine/assemble.ts'
import { JobRun } from '../../../engine/run.ts'
import type { ConsumedRecord } from '../../support/services/java-consume.ts'
import { javaConsumeAll } from '../../support/services/java-consume.ts'
import { chaosJob } from '../job.ts'
import type { Outcome } from '../outputs.ts'
import { countersOf, linesOf, outcomeOf, outputTopics } from '../outputs.ts'
import { embeddedStores, storedOutcome } from '../stored.ts'
import { inputs } from '../topics.ts'

/**
 * What the job has left behind: records in Kafka as Java's consumer sees them, counters as the state has them, and what
 * is in the stores.
 */
export async function kafkaOutcome(brokers: readonly string[], stores: StoreOptions): Promise<Outcome> {
  const outcome = new Map<string, readonly string[]>()
  // First: whoever takes a task over waits until its last transaction is settled.
  const counters = await storedCounters(brokers)
  for (const [topic, records] of await javaConsumeAll(brokers, judged())) {
    for (const [partition, own] of Map.groupBy(records, record => record.partition)) {
      outcome.set(`${topic}/${partition}`, linesOf(topic, own.map(asPlain)))
    }
  }
  for (const [name, text] of counters) outcome.set(name, [text])
  return new Map([...outcome, ...(await storedOutcome(stores))])
}

/** The same input on the embedded log in one go, with limits, batches and commits of another size. */
export async function referenceOutcome(dir: string): Promise<Outcome> {
  const home = openLogHome({ dir, fsync: 'never' })
  const files = embeddedStores(dir, 'never')
  const stores = await openStores(files, () => {})
  const run = await JobRun.open(chaosJob, { home, stores })
  await run.work(new AbortController().signal, true)
  await run.close()
  await stores.close()
  return new Map([...(await outcomeOf(dir, home, judged())), ...(await storedOutcome(files))])
}

/** The input too: it had to get through the same troubles. */
function judged(): string[] {
  return [...inputs, ...outputTopics()]
}

async function storedCounters(brokers: readonly string[]): Promise<Map<string, string>> {
  const home = await KafkaHome.open({ brokers }, () => {})
  try {
    const prepared = await prepareJob(chaosJob, home)
    const found = new Map<string, string>()
    for (const task of sharedTasks(prepared)) {
      const opened = await home.openTask(chaosJob.name, task, prepared.outputs)
      for (const [name, text] of countersOf(opened.restore())) found.set(name, text)
      await opened.close()
    }
    return found
  } finally {
    await home.close()
  }
}

function asPlain({ timestamp, key, value, headers }: ConsumedRecord) {
  const text = (bytes: Buffer | null) => bytes?.toString() ?? null
  return {
    timestamp,
    key: text(key),
    value: text(value),
    headers: headers.map(([name, content]) => [name, text(content)] as const),
  }
}
