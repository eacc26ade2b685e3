import { openStores } from '../../cli/stores.ts'
import { KafkaHome } from '../../connectors/kafka/home.ts'
import { kafkaWorkers } from '../../connectors/kafka/worker-entry.ts'
import { OnnxModels } from '../../connectors/onnx/home.ts'
import { SharedRun } from '../../engine/shared/shared-run.ts'
import clickstream from '../../jobs/clickstream.ts'
import { cpuSeconds } from '../kafka/meter.ts'
import { say } from '../kafka/say.ts'
import type { EngineState, FlagshipOptions } from './engine-child.ts'

/** The flagship on servers, as `headrace run` opens it, in a process of its own that says how far it is when asked. */
const { kafka, stores: storeOptions, models: dir, commitMs } = JSON.parse(process.argv[2]) as FlagshipOptions
const stop = new AbortController()
process.once('SIGTERM', () => stop.abort())
const home = await KafkaHome.open(kafka, say)
const stores = await openStores(storeOptions, console.error)
const models = new OnnxModels({ dir }, console.error)
const jobModule = { module: new URL('../../jobs/clickstream.ts', import.meta.url).href }
const threads = { workers: 1, entry: kafkaWorkers(kafka), jobModule }
const run = await SharedRun.open(clickstream, {
  ...{ home, stores, models, threads, commitEveryMs: commitMs },
  notify: console.error,
})

function state(): EngineState {
  const { clicks, purchases } = run.counts().inputs
  return {
    // No task may be open yet.
    read: (clicks?.read ?? 0) + (purchases?.read ?? 0),
    lag: run.lag(),
    commits: run.commits,
    cpuSeconds: cpuSeconds(),
  }
}

process.on('message', () => process.send?.(state()))
await run.work(stop.signal)
await run.close()
await Promise.all([home.close(), stores.close(), models.close()])
process.disconnect?.()
