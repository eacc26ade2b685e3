import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import type { LogHomeOptions } from '../connectors/log/config.ts'
import { openLogHome } from '../connectors/log/home.ts'
import { logWorkers } from '../connectors/log/worker-entry.ts'
import { withAudit } from '../engine/job.ts'
import { JobRun } from '../engine/run.ts'
import type { TopicSpec } from '../engine/topic.ts'
import { WorkerPool } from '../engine/workers/pool.ts'
import { calibrate } from './calibration.ts'
import { workloadJob } from './jobs.ts'
import { benchDirectory, loadEvents } from './load.ts'
import { reference } from './reference.ts'
import type { Encoding, Workload } from './topics.ts'
import { totalsOf } from './verify.ts'

export interface WorkloadOptions {
  readonly workload: Workload
  readonly encoding: Encoding
  readonly events: number
  readonly keys: number
  /** alos: outputs and positions are written but not fsynced together; eos: all of it atomic and durable. */
  readonly guarantee: 'none' | 'alos' | 'eos'
  readonly commitMs: number
  /** Threads that the partitions are spread over; 1 is the thread that starts. */
  readonly workers: number
  /** Whether the job counts what becomes of each row; on the embedded log. */
  readonly audit: boolean
}

/** The fields that every engine prints for the common workload. */
export interface WorkloadResult {
  readonly engine: 'headrace'
  readonly version: string
  readonly workload: Workload
  readonly encoding: Encoding
  readonly guarantee: string
  readonly workers: number
  readonly N: number
  readonly K: number
  readonly wallSeconds: number
  readonly committedSeconds: number
  readonly eventsPerSecond: number
  readonly cpuSeconds: number
  readonly cpuSecondsMeasured: number
  readonly eventsPerCpuSecond: number
  readonly peakRssMB: number
  readonly outputs: number
  readonly commits: number
  readonly calibration: readonly [number, number]
  readonly ok: boolean
}

/** Runs one workload from the embedded log to the embedded log, and checks every result. */
export async function runWorkload(options: WorkloadOptions): Promise<WorkloadResult> {
  const { workload, encoding, events, keys, guarantee } = options
  const dir = copyOfInput(await loadEvents(encoding, events, keys))
  try {
    const homeOptions = { dir, fsync: guarantee === 'eos' ? 'commit' : 'never' } as const
    const home = openLogHome(homeOptions)
    const before = calibrate()
    const run = await open(options, homeOptions)
    const startCpu = process.cpuUsage()
    const start = performance.now()
    await run.work(new AbortController().signal, true)
    const wall = (performance.now() - start) / 1000
    const used = process.cpuUsage(startCpu)
    const cpu = (used.user + used.system) / 1e6
    const all = process.cpuUsage()
    const peakRssMB = Math.round(process.resourceUsage().maxRSS / 1024)
    const after = calibrate()
    const { commits } = run
    const spec = run.plan.stages[0]?.terminals[0]?.topic as TopicSpec
    await run.close()
    const got = await totalsOf(workload, spec, home)
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
      workers: options.workers,
      N: events,
      K: keys,
      wallSeconds: round(wall),
      committedSeconds: round(wall),
      eventsPerSecond: Math.round(events / wall),
      cpuSeconds: round((all.user + all.system) / 1e6),
      cpuSecondsMeasured: round(cpu),
      eventsPerCpuSecond: Math.round(events / cpu),
      peakRssMB,
      outputs: got.results,
      commits,
      calibration: [before, after],
      ok,
    }
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

async function open(options: WorkloadOptions, homeOptions: LogHomeOptions): Promise<JobRun | WorkerPool> {
  const { workload, encoding, events, keys, guarantee, workers } = options
  const args = [workload, encoding, events, keys, 'bench.out'] as const
  const plain = workloadJob(...args)
  const job = options.audit ? withAudit(plain) : plain
  const commitEveryMs = guarantee === 'none' ? Number.MAX_SAFE_INTEGER : options.commitMs
  const home = openLogHome(homeOptions)
  if (workers === 1) return JobRun.open(job, { home, commitEveryMs })
  const jobModule = { module: new URL('./jobs.ts', import.meta.url).href, export: 'workloadJob', args }
  return WorkerPool.open(job, { home, commitEveryMs, workers, jobModule, entry: logWorkers(homeOptions) })
}

/** A data folder whose input topics are the loaded ones, so that outputs and state start empty. */
function copyOfInput(loaded: string): string {
  const dir = mkdtempSync(path.join(benchDirectory(), 'run-'))
  mkdirSync(path.join(dir, 'log'))
  for (const topic of readdirSync(path.join(loaded, 'log'))) {
    symlinkSync(path.join(loaded, 'log', topic), path.join(dir, 'log', topic))
  }
  return dir
}

export const round = (seconds: number) => Math.round(seconds * 1000) / 1000

export function version(): string {
  const file = new URL('../package.json', import.meta.url)
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
}
