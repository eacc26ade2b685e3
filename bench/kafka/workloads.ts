import { randomUUID } from 'node:crypto'
import { KafkaHome } from '../../connectors/kafka/home.ts'
import type { Schema } from '../../engine/batch/schema.ts'
import { topic, topicSpec } from '../../engine/topic.ts'
import { reference } from '../reference.ts'
import { eventTopic, outputs } from '../topics.ts'
import type { Totals } from '../totals.ts'
import { totalsOf } from '../verify.ts'
import type { WorkloadOptions, WorkloadResult } from '../workloads.ts'
import { round, version } from '../workloads.ts'
import { guaranteeOf } from './bench-cluster.ts'
import { BenchTopics } from './bench-topics.ts'
import type { EngineReport } from './engine-options.ts'
import { EngineProcess } from './engine-process.ts'
import { loadInput } from './load-input.ts'
import { say } from './say.ts'

export interface KafkaResult extends WorkloadResult {
  readonly commitP50Ms: number
  readonly commitP99Ms: number
}

/** Runs one workload from Kafka to Kafka, in a process of its own, and checks every result. */
export async function runOnKafka(options: WorkloadOptions, brokers: readonly string[]): Promise<KafkaResult> {
  const { workload, encoding, events, keys, commitMs, workers } = options
  const guarantee = guaranteeOf(options.guarantee)
  const topics = await BenchTopics.open(brokers)
  const id = randomUUID().slice(0, 8)
  const out = `bench.out.${workload}.${id}`
  const job = `bench-${workload}-${id}`
  try {
    await loadInput(topics, brokers, options)
    await topics.create(out)
    const engine = new EngineProcess({
      home: { brokers, guarantee, startFrom: 'earliest' },
      job: {
        module: new URL('../jobs.ts', import.meta.url).href,
        export: 'workloadJob',
        args: [workload, encoding, events, keys, out, job],
      },
      input: eventTopic(encoding, events, keys).name,
      commitMs,
      workers,
      untilEnd: true,
    })
    const report = await engine.report()
    return resultOf(options, report, await readBack(options, brokers, out))
  } finally {
    await topics.deleteRun(id, job)
    await topics.close()
  }
}

function resultOf(options: WorkloadOptions, report: EngineReport, got: Totals): KafkaResult {
  const { workload, encoding, events, keys, guarantee, workers } = options
  const { wallSeconds, cpuSecondsMeasured } = report
  const want = reference(workload, events, keys)
  const ok = got.same(want)
  if (!ok)
    process.stderr.write(`NOT OK: wanted ${JSON.stringify(want)}\n        got ${JSON.stringify(got)}\n`)
  return {
    engine: 'headrace',
    version: version(),
    workload,
    encoding,
    guarantee,
    workers,
    N: events,
    K: keys,
    wallSeconds: round(wallSeconds),
    committedSeconds: round(wallSeconds),
    eventsPerSecond: Math.round(events / wallSeconds),
    cpuSeconds: round(report.cpuSeconds),
    cpuSecondsMeasured: round(cpuSecondsMeasured),
    eventsPerCpuSecond: Math.round(events / cpuSecondsMeasured),
    peakRssMB: report.peakRssMB,
    outputs: got.results,
    commits: report.commits,
    commitP50Ms: round(report.commitP50Ms),
    commitP99Ms: round(report.commitP99Ms),
    calibration: report.calibration,
    ok,
  }
}

async function readBack(
  { workload, encoding }: WorkloadOptions,
  brokers: readonly string[],
  out: string,
): Promise<Totals> {
  const home = await KafkaHome.open({ brokers }, say)
  try {
    const schema: Schema = outputs[workload]
    return await totalsOf(workload, topicSpec(topic(out, schema, { format: encoding })), home)
  } finally {
    await home.close()
  }
}
