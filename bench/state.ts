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
import { RowWriter } from '../engine/io/row-writer.ts'
import { JobRun } from '../engine/run.ts'
import { topicSpec } from '../engine/topic.ts'
import { ROWS_TIME, spending, stateJob } from './state-job.ts'

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

/** Rows of each key, so that no aggregate is what a single row says. */
const ROWS_A_KEY = 2
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
  const job = stateJob({ keys: 0, count: 0, sum: 0, min: 0, max: 0 })
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
    ok: isDeepStrictEqual(seen, expected(keys)),
  }
}

/** Users far apart, as ids are; values that sum up exactly. */
const spent = (key: number, turn: number) => (key % 1000) / 4 + turn

async function load(home: LogHome, keys: number): Promise<void> {
  await home.createTopic(spending.name, 1)
  const producer = LogProducer.open(spending.name, { dir: home.config.dir, fsync: 'never' })
  const append = (_: string, partition: number, batch: Uint8Array) => void producer.append(partition, batch)
  const writer = new RowWriter(topicSpec(spending), 'ts', 1, { append })
  for (let turn = 0; turn < ROWS_A_KEY; turn++) {
    for (let from = 0; from < keys; from += 5000) {
      const rows = Array.from({ length: Math.min(5000, keys - from) }, (_, i) => {
        return { ts: ROWS_TIME, user: (from + i) * 7919, value: spent(from + i, turn) }
      })
      writer.write(rows)
      await writer.flush()
    }
  }
  producer.commit()
  producer.close()
}

function expected(keys: number): object {
  const seen = { keys, count: keys * ROWS_A_KEY, sum: 0, min: 0, max: 0 }
  for (let key = 0; key < keys; key++) {
    for (let turn = 0; turn < ROWS_A_KEY; turn++) seen.sum += spent(key, turn)
    seen.min += spent(key, 0)
    seen.max += spent(key, ROWS_A_KEY - 1)
  }
  return seen
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
