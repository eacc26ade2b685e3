import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { RowWriter } from '../../engine/io/row-writer.ts'
import { topicSpec } from '../../engine/topic.ts'
import { writeSpending } from '../spending.ts'
import type { stateNames } from '../state-job.ts'
import { nothingSeen, spendingTopic, WINDOW_END } from '../state-job.ts'
import { round } from '../workloads.ts'
import { BenchTopics } from './bench-topics.ts'
import { EngineProcess } from './engine-process.ts'
import { loading } from './loader.ts'

export interface RestoreOptions {
  readonly brokers: readonly string[]
  readonly names: typeof stateNames
  readonly keys: number
}

export interface RestoreResult {
  readonly suite: 'state'
  readonly keys: number
  /** From the task's being assigned to its reading on: state log read, state in memory. */
  readonly restoreSeconds: number
  /** From the process's first connection to the same moment. */
  readonly readySeconds: number
  readonly ok: boolean
}

const script = fileURLToPath(new URL('restore-main.ts', import.meta.url))

/** The state of one task, written to Kafka by one process and restored from there by another. */
export async function runRestore(brokers: readonly string[], keys: number): Promise<RestoreResult> {
  const topics = await BenchTopics.open(brokers)
  const id = randomUUID().slice(0, 8)
  const names = { job: `bench-state-${id}`, input: `bench.spending.${id}`, out: `bench.per-user.${id}` }
  const input = spendingTopic(names.input)
  try {
    await topics.create(names.input, { 'retention.ms': '-1' }, 1)
    await topics.create(names.out, {}, 1)
    await loading(brokers, input.name, loader =>
      writeSpending(input, keys, (_, partition, batch) => loader.append(partition, batch)),
    )
    await buildState(brokers, names)
    await loading(brokers, input.name, async loader => {
      const append = (_: string, partition: number, batch: Uint8Array) => loader.append(partition, batch)
      const writer = new RowWriter(topicSpec(input), 'ts', 1, { append })
      writer.write([{ ts: WINDOW_END, user: -1, value: 0 }])
      await writer.flush()
      writer.close()
    })
    const options: RestoreOptions = { brokers, names, keys }
    const { stdout } = await promisify(execFile)(process.execPath, [script, JSON.stringify(options)])
    const report = JSON.parse(stdout) as Omit<RestoreResult, 'suite' | 'keys'>
    const { restoreSeconds, readySeconds, ok } = report
    return {
      suite: 'state',
      keys,
      restoreSeconds: round(restoreSeconds),
      readySeconds: round(readySeconds),
      ok,
    }
  } finally {
    await topics.deleteRun(id, names.job)
    await topics.close()
  }
}

async function buildState(brokers: readonly string[], names: typeof stateNames): Promise<void> {
  const engine = new EngineProcess({
    home: { brokers, startFrom: 'earliest' },
    job: {
      module: new URL('../state-job.ts', import.meta.url).href,
      export: 'stateJob',
      args: [nothingSeen(), names],
    },
    input: names.input,
    commitMs: 1000,
    workers: 1,
    untilEnd: true,
  })
  await engine.report()
}
