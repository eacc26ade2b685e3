import { calibrate } from '../calibration.ts'
import { round } from '../workloads.ts'
import { BATCH, Draws, FIELDS, LoneStep, referenceOf } from './streams.ts'

const REFERENCE_ROWS = 20_000
const EVERY_ROWS = 500
const RUN_LENGTH_ROWS = 10_000

interface Result {
  readonly suite: 'drift'
  readonly what: string
  readonly N: number
  readonly wallSeconds: number
  readonly cpuSecondsMeasured: number
  readonly ok: boolean
}

export interface DriftOptions {
  /** How many values are tested for the time that it takes. */
  readonly values: number
  /** Streams that stay as they are; of those that change there are a quarter as many. */
  readonly streams: number
}

export function runDrift({ values, streams }: DriftOptions, tell: (result: Result) => void): void {
  tell(speed(values))
  tell(stable(streams))
  for (const [shift, within] of [
    [2, 100],
    [1, 400],
    [0.5, 1200],
  ] as const) {
    tell(shifted(Math.ceil(streams / 4), shift, within))
  }
}

/** All four tests on ten fields. */
function speed(values: number): Result & { nsPerValue: number; calibration: number } {
  const draws = new Draws(1)
  const columns = Array.from({ length: 16 }, () => draws.columns(BATCH))
  const step = new LoneStep(referenceOf(draws.columns(REFERENCE_ROWS)), 10_000, 1_000_000_000)
  const batches = Math.ceil(values / FIELDS / BATCH)
  for (let n = 0; n < batches / 4; n++) step.push(columns[n % columns.length])
  const calibration = calibrate()
  const measured = timed(() => {
    for (let n = 0; n < batches; n++) step.push(columns[n % columns.length])
  })
  step.close()
  const N = batches * BATCH * FIELDS
  const nsPerValue = round((measured.cpuSecondsMeasured / N) * 1e9)
  const ok = step.alarms === 0 && step.statistics > 0
  return { suite: 'drift', what: 'speed', N, nsPerValue, ...measured, calibration, ok }
}

/** Streams that stay as they are, over ten run lengths: one in a hundred of them may have an alarm. */
function stable(streams: number): Result & { streams: number; withAlarm: number; rowsEach: number } {
  const rowsEach = 10 * RUN_LENGTH_ROWS
  let withAlarm = 0
  const measured = timed(() => {
    for (let seed = 1; seed <= streams; seed++) {
      const draws = new Draws(seed * 7919)
      const step = new LoneStep(referenceOf(draws.columns(REFERENCE_ROWS)), EVERY_ROWS, RUN_LENGTH_ROWS)
      for (let row = 0; row < rowsEach; row += EVERY_ROWS) step.push(draws.columns(EVERY_ROWS))
      if (step.alarms > 0) withAlarm++
      step.close()
    }
  })
  const expected = streams / 100
  const ok = withAlarm <= expected + 3 * Math.sqrt(expected)
  const N = streams * rowsEach * FIELDS
  return { suite: 'drift', what: 'stable', N, streams, rowsEach, withAlarm, ...measured, ok }
}

/** The mean of one field of ten moves, by so many of its deviations: each test has to find it, the first `within` so many rows. */
function shifted(streams: number, deviations: number, within: number): Result & { worstRows: object } {
  const before = 20 * EVERY_ROWS
  const worstRows: Record<string, number> = {}
  let soonest = 0
  const measured = timed(() => {
    for (let seed = 1; seed <= streams; seed++) {
      const draws = new Draws(seed * 104_729)
      const step = new LoneStep(referenceOf(draws.columns(REFERENCE_ROWS)), EVERY_ROWS, RUN_LENGTH_ROWS)
      for (let row = 0; row < before; row += EVERY_ROWS) step.push(draws.columns(EVERY_ROWS))
      for (let row = 0; row < 10 * EVERY_ROWS; row += EVERY_ROWS)
        step.push(draws.columns(EVERY_ROWS, deviations))
      const delays = ['psi', 'ks', 'adwin', 'pageHinkley'].map(test => {
        const delay = (step.firstAlarms.get(test) ?? Number.POSITIVE_INFINITY) - before + 1
        worstRows[test] = Math.max(worstRows[test] ?? 0, delay)
        return delay
      })
      soonest = Math.max(soonest, Math.min(...delays))
      step.close()
    }
  })
  const N = streams * 30 * EVERY_ROWS * FIELDS
  const ok = soonest > 0 && soonest <= within && Object.values(worstRows).every(Number.isFinite)
  return { suite: 'drift', what: `shift ${deviations}`, N, worstRows, ...measured, ok }
}

function timed(work: () => void): { wallSeconds: number; cpuSecondsMeasured: number } {
  const start = performance.now()
  const before = process.cpuUsage()
  work()
  const used = process.cpuUsage(before)
  const wallSeconds = round((performance.now() - start) / 1000)
  return { wallSeconds, cpuSecondsMeasured: round((used.user + used.system) / 1e6) }
}
