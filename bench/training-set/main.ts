import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet'
import { calibrate } from '../calibration.ts'
import { benchDirectory, loadEvents } from '../load.ts'
import { expectedClicks, labelsOf } from './expected.ts'

export interface TrainingSetResult {
  readonly suite: 'export'
  /** Labels, each at a time of its own. */
  readonly N: number
  readonly events: number
  readonly cpuSecondsMeasured: number
  readonly wallSeconds: number
  readonly rowsPerCpuSecond: number
  readonly peakRssMB: number
  readonly calibration: readonly [number, number]
  readonly ok: boolean
}

const fileOf = (name: string) => fileURLToPath(new URL(name, import.meta.url))

/** A training set out of so many events, a label for each ten of them, written by another process to Parquet. */
export async function runTrainingSet(events: number, keys: number): Promise<TrainingSetResult> {
  const data = await loadEvents('avro', events, keys)
  const dir = mkdtempSync(path.join(benchDirectory(), 'training-set-'))
  try {
    const labels = labelsOf(events, keys)
    const [file, out] = [path.join(dir, 'labels.csv'), path.join(dir, 'set.parquet')]
    writeFileSync(file, `user,time\n${labels.map(({ user, time }) => `${user},${time}\n`).join('')}`)
    const before = calibrate()
    const args = ['features', 'export', fileOf('job.ts'), '--data', data, '--labels', file, '--out', out]
    const env = { ...process.env, BENCH_EVENTS: String(events), BENCH_KEYS: String(keys) }
    const told = execFileSync(process.execPath, [fileOf('export-main.ts'), ...args], {
      env,
      encoding: 'utf8',
    })
    const after = calibrate()
    const { code, cpuSecondsMeasured, wallSeconds, peakRssMB } = JSON.parse(told)
    const rows = await parquetReadObjects({ file: await asyncBufferFromFile(out) })
    const clicks = expectedClicks(labels, events, keys)
    const isSame = rows.every((row, k) => {
      const { user, time } = labels[k]
      const expected = clicks[k] === null ? null : BigInt(clicks[k])
      return row.user === BigInt(user) && Number(row.time) === time && row.clicks === expected
    })
    const ok = code === 0 && rows.length === labels.length && isSame
    return {
      ...{ suite: 'export', N: labels.length, events, cpuSecondsMeasured, wallSeconds },
      rowsPerCpuSecond: Math.round(labels.length / cpuSecondsMeasured),
      ...{ peakRssMB, calibration: [before, after], ok },
    }
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}
