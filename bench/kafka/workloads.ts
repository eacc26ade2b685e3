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
import { BenchTopics } from './bench-topics.ts'
import { EngineProcess } from './engine-process.ts'
import type { BenchCluster } from './guarantees.ts'
import { guarantees } from './guarantees.ts'
import { loadInput } from './load-input.ts'
import { say } from './say.ts'

export type BrokerOptions = WorkloadOptions & BenchCluster

export interface BrokerResult extends WorkloadResult {
  readonly commitP50Ms: number
  readonly commitP99Ms: number
}

/** Runs one workload from Kafka to Kafka, in a process of its own, and checks every result. */
export async function runOnBroker(options: BrokerOptions): Promise<BrokerResult> {
  const { brokers, workload, encoding, events, keys, guarantee, workers, commitMs } = options
  const topics = await BenchTopics.open(brokers)
  const id = randomUUID().slice(0, 8)
  const out = `bench.out.${workload}.${id}`
  const job = `bench-${workload}-${id}`
  try {
    await loadInput(topics, options)
    await topics.create(out)
    const engine = new EngineProcess({
      home: { brokers, guarantee: guarantees[guarantee], startFrom: 'earliest' },
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
    const got = await readBack(options, out)
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
      wallSeconds: round(report.wallSeconds),
      committedSeconds: round(report.wallSeconds),
      eventsPerSecond: Math.round(events / report.wallSeconds),
      cpuSeconds: round(report.cpuSeconds),
      cpuSecondsMeasured: round(report.cpuSecondsMeasured),
      eventsPerCpuSecond: Math.round(events / report.cpuSecondsMeasured),
      peakRssMB: report.peakRssMB,
      outputs: got.results,
      commits: report.commits,
      commitP50Ms: round(report.commitP50Ms),
      commitP99Ms: round(report.commitP99Ms),
      calibration: report.calibration,
      ok,
    }
  } finally {
    await topics.deleteRun(id, job)
    await topics.close()
  }
}

async function readBack({ brokers, workload, encoding }: BrokerOptions, out: string): Promise<Totals> {
  const home = await KafkaHome.open({ brokers }, say)
  try {
    const schema: Schema = outputs[workload]
    return await totalsOf(workload, topicSpec(topic(out, schema, { format: encoding })), home)
  } finally {
    await home.close()
  }
}
