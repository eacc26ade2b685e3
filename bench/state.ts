import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import type { LogHome } from '../connectors/log/home.ts'
import { openLogHome } from '../connectors/log/home.ts'
import { readJobState } from '../connectors/log/job-state.ts'
import { LogProducer } from '../connectors/log/producer.ts'
import { workerHeap } from '../engine/batch/arena.ts'
import { JobRun } from '../engine/run.ts'
import { expectedSpending, writeSpending } from './spending.ts'
import { nothingSeen, spendingTopic, stateJob, stateNames } from './state-job.ts'

export interface StateOptions {
  readonly keys: number
  readonly json: boolean
}

export interface StateResult {
  readonly suite: 'state'
  readonly keys: number
  readonly bytesPerKey: number
  readonly snapshotSeconds: number
  readonly snapshotBytes: number
  readonly restoreSeconds: number
  readonly ok: boolean
}

const restoreScript = fileURLToPath(new URL('state-restore.ts', import.meta.url))

/** Memory, snapshot and restore of the state of one task: a tumbling window with four aggregates. */
export async function runState({ keys, json }: StateOptions): Promise<number> {
  const dir = mkdtempSync(path.join(process.env.BENCH_TMP ?? tmpdir(), 'headrace-state-'))
  try {
    const result = await measure(dir, keys)
    process.stdout.write(json ? `${JSON.stringify(result)}\n` : asTable(result))
    return result.ok ? 0 : 1
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

async function measure(dir: string, keys: number): Promise<StateResult> {
  const home = openLogHome({ dir })
  await load(home, keys)
  const job = stateJob(nothingSeen())
  const run = await JobRun.open(job, { home })
  const before = workerHeap().bytesInUse
  while (await run.turn());
  const bytes = workerHeap().bytesInUse - before
  const start = performance.now()
  await run.commit()
  const snapshotSeconds = (performance.now() - start) / 1000
  await run.close()
  const snapshotBytes = readJobState(dir, job.name).reduce((sum, { payload }) => sum + payload.length, 0)
  const { restoreSeconds, seen } = JSON.parse(
    execFileSync(process.execPath, [restoreScript, dir], { encoding: 'utf8' }),
  )
  return {
    suite: 'state',
    keys,
    bytesPerKey: Math.round((bytes / keys) * 10) / 10,
    snapshotSeconds: round(snapshotSeconds),
    snapshotBytes,
    restoreSeconds: round(restoreSeconds),
    ok: isDeepStrictEqual(seen, expectedSpending(keys)),
  }
}

async function load(home: LogHome, keys: number): Promise<void> {
  const topic = spendingTopic(stateNames.input)
  await home.createTopic(topic.name, 1)
  const producer = LogProducer.open(topic.name, { dir: home.config.dir, fsync: 'never' })
  await writeSpending(topic, keys, (_, partition, batch) => void producer.append(partition, batch))
  producer.commit()
  producer.close()
}

function asTable(result: StateResult): string {
  return [
    `state of ${result.keys} keys, a tumbling window with four aggregates`,
    `  memory     ${result.bytesPerKey} bytes a key (budget 100)`,
    `  snapshot   ${result.snapshotSeconds} s, ${result.snapshotBytes} bytes`,
    `  restore    ${result.restoreSeconds} s in a new process (budget 0.5 for 1M keys)`,
    `  ${result.ok ? 'ok' : 'NOT OK'}`,
    '',
  ].join('\n')
}

const round = (seconds: number) => Math.round(seconds * 1000) / 1000
