import { pathToFileURL } from 'node:url'
import type { KafkaHomeOptions } from '../connectors/kafka/config.ts'
import { logWorkers } from '../connectors/log/worker-entry.ts'
import type { Plan } from '../engine/graph/plan.ts'
import type { Job } from '../engine/job.ts'
import type { Running } from '../engine/progress.ts'
import { JobRun } from '../engine/run.ts'
import { SharedRun } from '../engine/shared/shared-run.ts'
import type { Stores } from '../engine/stores/stores.ts'
import { WorkerPool } from '../engine/workers/pool.ts'
import type { Services } from '../engine/workers/service-modules.ts'
import type { Deployment } from './config.ts'
import { createSources } from './create-sources.ts'
import { describeChange } from './describe-change.ts'
import { usageError } from './flags.ts'
import { homeOptions, kafkaOptions, openHome, openRegistry } from './home.ts'
import { openModels } from './models.ts'
import { openStores, storeOptions } from './stores.ts'

export interface RunRequest {
  readonly job: Job
  readonly planned: Plan
  /** The job's file: worker threads load it too. */
  readonly path: string
  readonly deployment: Deployment
  readonly resetSteps: readonly string[]
  /** Whether source topics that are missing are made; on the embedded log alone. */
  readonly createSources: boolean
  /** Told what people want to know. */
  readonly note: (text: string) => void
}

interface OpenJob {
  readonly running: Running
  close(): Promise<void>
}

export interface OpenRun extends OpenJob {
  readonly stores: Stores
}

/** Opens a job where the deployment has its topics: in Kafka where brokers are configured, else on the embedded log. */
export async function openRun(request: RunRequest): Promise<OpenRun> {
  const kafka = kafkaOptions(request.deployment)
  const schemas = openRegistry(request.deployment, request.note)
  const stores = await openStores(storeOptions(request.deployment), request.note)
  const models = openModels(request.deployment, request.note)
  const services = { schemas, stores, models }
  const closeServices = async () => {
    schemas?.close()
    await stores.close()
    await models.close()
  }
  try {
    const { running, close } = await (kafka === undefined
      ? openOnLog(request, services)
      : openOnKafka(request, kafka, services))
    return { running, stores, close: () => close().finally(closeServices) }
  } catch (error) {
    await closeServices()
    throw error
  }
}

async function openOnLog(request: RunRequest, services: Services): Promise<OpenJob> {
  const { job, planned, deployment, resetSteps, note } = request
  const { partitions, commitMs: commitEveryMs, workers } = deployment
  const home = openHome(deployment)
  if (request.createSources) {
    for (const name of await createSources(planned, home, partitions)) {
      note(`created the topic ${name} with ${partitions} partitions: it was not there`)
    }
  }
  const options = { home, commitEveryMs, resetSteps, ...services, onEvolution: changesTo(note) }
  const entry = logWorkers(homeOptions(deployment))
  const jobModule = { module: pathToFileURL(request.path).href }
  const running = await (workers === 1
    ? JobRun.open(job, options)
    : WorkerPool.open(job, { ...options, workers, jobModule, entry, notify: note }))
  return { running, close: () => running.close() }
}

async function openOnKafka(
  request: RunRequest,
  kafka: KafkaHomeOptions,
  services: Services,
): Promise<OpenJob> {
  const { job, deployment, resetSteps, note } = request
  if (resetSteps.length > 0) {
    throw usageError('--reset-step is for the embedded log; on Kafka: headrace reset <job.ts> --step ID')
  }
  const { KafkaHome } = await import('../connectors/kafka/home.ts')
  const { kafkaWorkers } = await import('../connectors/kafka/worker-entry.ts')
  const { gathered } = await import('../connectors/kafka/gathered-notices.ts')
  const home = await KafkaHome.open(kafka, gathered(note))
  try {
    const running = await SharedRun.open(job, {
      home,
      ...services,
      commitEveryMs: deployment.commitMs,
      // Not in this thread: heartbeats to the group must not wait for a batch.
      threads: {
        workers: deployment.workers,
        entry: kafkaWorkers(kafka),
        jobModule: { module: pathToFileURL(request.path).href },
      },
      onEvolution: changesTo(note),
      notify: note,
    })
    return { running, close: () => running.close().finally(() => home.close()) }
  } catch (error) {
    await home.close()
    throw error
  }
}

function changesTo(note: (text: string) => void) {
  return (changes: readonly Parameters<typeof describeChange>[0][]) => {
    for (const change of changes) note(describeChange(change))
  }
}
