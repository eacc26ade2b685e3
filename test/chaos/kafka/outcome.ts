import type { StoreOptions } from '../../../cli/stores.ts'
import { openStores } from '../../../cli/stores.ts'
import { KafkaHome } from '../../../connectors/kafka/home.ts'
import { openLogHome } from '../../../connectors/log/home.ts'
import { OnnxModels } from '../../../connectors/onnx/home.ts'
import { prepareJob, sharedTasks } from '../../../engine/assemble.ts'
import { JobRun } from '../../../engine/run.ts'
import type { ConsumedRecord } from '../../support/services/java-consume.ts'
import { javaConsumeAll } from '../../support/services/java-consume.ts'
import type { Outcome } from '../outputs.ts'
import { countersOf, linesOf, outcomeOf, outputTopics } from '../outputs.ts'
import { embeddedStores, storedOutcome } from '../stored.ts'
import type { Subject } from '../subject.ts'

/**
 * What the job has left behind: records in Kafka as Java's consumer sees them, counters as the state has them, and what
 * is in the stores.
 */
export async function kafkaOutcome(
  subject: Subject,
  brokers: readonly string[],
  stores: StoreOptions,
): Promise<Outcome> {
  const outcome = new Map<string, readonly string[]>()
  // First: whoever takes a task over waits until its last transaction is settled.
  const counters = await storedCounters(subject, brokers)
  for (const [topic, records] of await javaConsumeAll(brokers, judged(subject))) {
    for (const [partition, own] of Map.groupBy(records, record => record.partition)) {
      outcome.set(`${topic}/${partition}`, linesOf(subject, topic, own.map(asPlain)))
    }
  }
  for (const [name, text] of counters) outcome.set(name, [text])
  return new Map([...outcome, ...(await storedOutcome(subject, stores))])
}

/** The same input on the embedded log in one go, with limits, batches and commits of another size. */
export async function referenceOutcome(subject: Subject, dir: string, modelsDir?: string): Promise<Outcome> {
  const home = openLogHome({ dir, fsync: 'never' })
  const files = embeddedStores(dir, 'never')
  const stores = await openStores(files, () => {})
  const models = modelsDir === undefined ? undefined : new OnnxModels({ dir: modelsDir })
  const run = await JobRun.open(subject.job, { home, stores, models })
  await run.work(new AbortController().signal, true)
  await run.close()
  await Promise.all([stores.close(), models?.close()])
  return new Map([
    ...(await outcomeOf(subject, dir, home, judged(subject))),
    ...(await storedOutcome(subject, files)),
  ])
}

/** The input too: it had to get through the same troubles. */
function judged(subject: Subject): string[] {
  return [...subject.inputs, ...outputTopics(subject)]
}

async function storedCounters(subject: Subject, brokers: readonly string[]): Promise<Map<string, string>> {
  const { job } = subject
  const home = await KafkaHome.open({ brokers }, () => {})
  try {
    const prepared = await prepareJob(job, home)
    const found = new Map<string, string>()
    for (const task of sharedTasks(prepared)) {
      const opened = await home.openTask(job.name, task, prepared.outputs)
      for (const [name, text] of countersOf(subject, opened.restore())) found.set(name, text)
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
