import { calibrate } from '../calibration.ts'
import { percentile } from '../percentile.ts'
import type { EngineOptions, EngineReport } from './engine-options.ts'
import { cpuSeconds, Meter } from './meter.ts'
import { openRun } from './open-run.ts'

/** Runs a job in a process of its own, as `headrace run` does, and prints what the meter saw. */
const options = JSON.parse(process.argv[2] as string) as EngineOptions
const stop = new AbortController()
process.once('SIGTERM', () => stop.abort())
const before = calibrate()
const meter = new Meter()
const run = await openRun(options, meter)
await run.running.work(stop.signal, options.untilEnd)
const measured = meter.read()
const all = cpuSeconds()
const peakRssMB = Math.round(process.resourceUsage().maxRSS / 1024)
await run.close()
const report: EngineReport = {
  wallSeconds: measured.wallSeconds,
  cpuSeconds: all,
  cpuSecondsMeasured: measured.cpuSeconds,
  peakRssMB,
  commits: measured.commits,
  commitP50Ms: percentile(measured.commitMs, 0.5),
  commitP99Ms: percentile(measured.commitMs, 0.99),
  calibration: [before, calibrate()],
}
process.stdout.write(`${JSON.stringify(report)}\n`)
