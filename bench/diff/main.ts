import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import { calibrate } from '../calibration.ts'
import { benchDirectory } from '../load.ts'
import { expected, writeOutput } from './outputs.ts'

export interface DiffResult {
  readonly suite: 'diff'
  /** Rows of each side. */
  readonly N: number
  readonly cpuSecondsMeasured: number
  readonly wallSeconds: number
  readonly rowsPerCpuSecond: number
  readonly peakRssMB: number
  readonly calibration: readonly [number, number]
  readonly ok: boolean
}

const script = fileURLToPath(new URL('compare-main.ts', import.meta.url))

/** Two outputs of so many rows in the embedded log, Avro, a thousandth of them changed, compared by another process. */
export async function runDiff(rows: number, users: number): Promise<DiffResult> {
  mkdirSync(benchDirectory(), { recursive: true })
  const dir = mkdtempSync(path.join(benchDirectory(), 'diff-'))
  try {
    const [a, b] = [path.join(dir, 'a'), path.join(dir, 'b')]
    await writeOutput(a, 'a', rows, users)
    await writeOutput(b, 'b', rows, users)
    const before = calibrate()
    const result = JSON.parse(execFileSync(process.execPath, [script, a, b], { encoding: 'utf8' }))
    const after = calibrate()
    const { found, cpuSecondsMeasured, wallSeconds, peakRssMB } = result
    const ok = isDeepStrictEqual(found, expected(rows))
    if (!ok)
      process.stderr.write(`NOT OK: ${JSON.stringify(found)}, wanted ${JSON.stringify(expected(rows))}\n`)
    return {
      ...{ suite: 'diff', N: rows, cpuSecondsMeasured, wallSeconds },
      rowsPerCpuSecond: Math.round((2 * rows) / cpuSecondsMeasured),
      ...{ peakRssMB, calibration: [before, after], ok },
    }
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}
