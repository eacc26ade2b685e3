import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { openLogHome } from '../../connectors/log/home.ts'
import { plan } from '../../engine/graph/plan.ts'
import type { TopicSpec } from '../../engine/topic.ts'
import { calibrate } from '../calibration.ts'
import { workloadJob } from '../jobs.ts'
import { benchDirectory, loadEvents } from '../load.ts'
import { reference } from '../reference.ts'
import type { Encoding, Workload } from '../topics.ts'
import { totalsOf } from '../verify.ts'

export interface ReplayOptions {
  readonly workload: Workload
  readonly encoding: Encoding
  readonly events: number
  readonly keys: number
  readonly workers: number
  /** What the live run over the same topic has given in this series. */
  readonly liveEventsPerCpuSecond: number
}

export interface ReplayResult {
  readonly suite: 'replay'
  readonly workload: Workload
  readonly encoding: Encoding
  readonly workers: number
  readonly N: number
  readonly K: number
  readonly wallSeconds: number
  readonly cpuSecondsMeasured: number
  readonly eventsPerSecond: number
  readonly eventsPerCpuSecond: number
  readonly liveEventsPerCpuSecond: number
  readonly ratioToLive: number
  readonly peakRssMB: number
  readonly calibration: readonly [number, number]
  readonly ok: boolean
}

const script = fileURLToPath(new URL('replay-main.ts', import.meta.url))
const jobs = new URL('../jobs.ts', import.meta.url).href

/** Replays all events of a workload's topic, and checks every result. */
export async function runReplay(options: ReplayOptions): Promise<ReplayResult> {
  const { workload, encoding, events, keys, workers, liveEventsPerCpuSecond } = options
  const history = await loadEvents(encoding, events, keys)
  const dir = mkdtempSync(path.join(benchDirectory(), 'replay-'))
  try {
    const [file, out] = [path.join(dir, 'job.ts'), path.join(dir, 'out')]
    const args = [workload, encoding, events, keys, 'bench.out'] as const
    const words = JSON.stringify(args).slice(1, -1)
    writeFileSync(file, `import { workloadJob } from '${jobs}'\nexport default workloadJob(${words})\n`)
    const before = calibrate()
    const printed = execFileSync(process.execPath, [script, file, history, out, String(workers)], {
      encoding: 'utf8',
    })
    const after = calibrate()
    const { wallSeconds, cpuSecondsMeasured, peakRssMB } = JSON.parse(printed)
    const spec = plan(workloadJob(...args)).stages[0]?.terminals[0]?.topic as TopicSpec
    const got = await totalsOf(workload, spec, openLogHome({ dir: out }))
    const want = reference(workload, events, keys)
    const ok = got.same(want)
    if (!ok) process.stderr.write(`NOT OK: wanted ${JSON.stringify(want)}, got ${JSON.stringify(got)}\n`)
    const eventsPerCpuSecond = Math.round(events / cpuSecondsMeasured)
    return {
      ...{
        suite: 'replay',
        workload,
        encoding,
        workers,
        N: events,
        K: keys,
        wallSeconds,
        cpuSecondsMeasured,
      },
      eventsPerSecond: Math.round(events / wallSeconds),
      ...{ eventsPerCpuSecond, liveEventsPerCpuSecond },
      ratioToLive: Math.round((eventsPerCpuSecond / liveEventsPerCpuSecond) * 100) / 100,
      ...{ peakRssMB, calibration: [before, after], ok },
    }
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}
