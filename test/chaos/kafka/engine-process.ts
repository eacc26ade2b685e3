import { writeSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { openStores } from '../../../cli/stores.ts'
import { KafkaHome } from '../../../connectors/kafka/home.ts'
import { noticeText } from '../../../connectors/kafka/notice-text.ts'
import { kafkaWorkers } from '../../../connectors/kafka/worker-entry.ts'
import { OnnxModels } from '../../../connectors/onnx/home.ts'
import { isHeadraceError } from '../../../engine/errors.ts'
import type { Membership } from '../../../engine/home.ts'
import { setLimits } from '../../../engine/limits.ts'
import { SharedRun } from '../../../engine/shared/shared-run.ts'
import { subjects } from '../subjects.ts'
import type { EngineOptions, EngineWords } from './engine-words.ts'

const REPORT_MS = 20

// Small, so that everything that happens now and then happens often.
setLimits({
  batchRows: 100,
  produceBytes: 2000,
  fetchBytes: 1 << 14,
  stateDeltaBytes: 120_000,
  stateChunkBytes: 20_000,
  stateTrimBytes: 100_000,
  kafkaUnsentBytes: 50_000,
  kafkaPurgeEveryMs: 300,
  groupRejoinPauseMs: 1000,
  openingTasks: 2,
  progressEveryMs: REPORT_MS,
  // A process may start while what it needs is away.
  kafkaBootstrapMs: 60_000,
  storeOpenMs: 60_000,
  storeTransactionRows: 50,
  storePauseMs: 300,
  redisCallValues: 20,
  redisUnsentBytes: 10_000,
  influxPoints: 20,
})

const lines = createInterface(process.stdin)[Symbol.asyncIterator]()
const nextLine = async () => {
  const { value, done } = await lines.next()
  // Whoever has started us is gone.
  if (done) process.exit()
  return value as string
}
const options = JSON.parse(await nextLine()) as EngineOptions
const subject = subjects[options.subject]
const say = (words: EngineWords) => writeSync(1, `${JSON.stringify(words)}\n`)
const note = (text: string) => say({ note: text })

const kafka = {
  brokers: options.brokers,
  createTopics: {},
  sessionTimeoutMs: options.sessionMs,
  transactionTimeoutMs: options.transactionMs,
}

async function work(): Promise<void> {
  const home = await KafkaHome.open(kafka, notice => note(noticeText(notice)))
  const stores = await openStores(options.stores, note)
  let membership: Membership | undefined
  const join = home.join.bind(home)
  home.join = async plan => (membership = await join(plan))
  const generation = () => (membership?.pass?.() as { generation: number } | undefined)?.generation ?? 0
  const { modelsDir } = options
  const models = modelsDir === undefined ? undefined : new OnnxModels({ dir: modelsDir }, note)
  const run = await SharedRun.open(subject.job, {
    home,
    stores,
    models,
    commitEveryMs: options.commitEveryMs,
    threads: {
      workers: options.workers,
      entry: kafkaWorkers(kafka),
      jobModule: subject.module,
    },
    notify: note,
  })
  const stop = new AbortController()
  void obey(stop)
  const report = () => say({ commits: run.commits, lag: run.lag(), generation: generation() })
  const reporting = setInterval(report, REPORT_MS)
  try {
    await run.work(stop.signal, options.untilIdle)
    report()
  } finally {
    clearInterval(reporting)
    await run.close()
    await Promise.all([home.close(), stores.close(), models?.close()])
  }
}

async function obey(stop: AbortController): Promise<void> {
  for (let line = await nextLine(); line !== 'stop'; line = await nextLine()) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(line))
  }
  stop.abort()
}

try {
  await work()
} catch (error) {
  note(
    isHeadraceError(error)
      ? `${error.code} ${error.stack}`
      : String(error instanceof Error ? error.stack : error),
  )
  process.exitCode = 1
}
process.stdin.destroy()
