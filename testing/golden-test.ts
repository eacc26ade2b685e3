import { AssertionError } from 'node:assert'
import { resolve } from 'node:path'
import type { Tolerance } from '../backtest/diff/tolerance.ts'
import { parseTolerance } from '../backtest/diff/tolerance.ts'
import { comparisonText } from '../backtest/golden/comparison-text.ts'
import { checkGolden, updateGolden } from '../backtest/golden/golden.ts'
import { MemorySchemaRegistry } from '../connectors/memory/schema-registry.ts'
import type { MemoryStores } from '../connectors/memory/stores.ts'
import { OnnxModels } from '../connectors/onnx/home.ts'
import { HeadraceError } from '../engine/errors.ts'
import type { Job } from '../engine/job.ts'
import type { ModelHome } from '../engine/models/model-home.ts'
import type { SchemaRegistry } from '../engine/schema-registry.ts'

export interface GoldenTestOptions {
  /** What the job scores with: a directory of models, or `MemoryModels`. */
  readonly models?: string | ModelHome
  /** What it looks up. */
  readonly stores?: MemoryStores
  /** Where topics with `registry` have their schemas. */
  readonly schemas?: SchemaRegistry
  /** By how much a column of numbers may differ and be equal, as `1e-9`, or `1%` of the larger. */
  readonly tolerances?: Readonly<Record<string, string>>
  /** Writes what is expected instead of comparing: see `isUpdate` for the default. */
  readonly update?: boolean
}

/**
 * Runs a job over the recorded slice in a directory and compares what it gives with what the directory says is
 * expected. With HEADRACE_GOLDEN=update, or `--test-update-snapshots` of Node.js, it writes that instead.
 */
export async function goldenTest(job: Job, dir: string, options: GoldenTestOptions = {}): Promise<void> {
  const { models, stores, schemas = new MemorySchemaRegistry(), update = isUpdate() } = options
  const place = { name: dir, dir: resolve(dir) }
  const modelHome = typeof models === 'string' ? new OnnxModels({ dir: resolve(models) }) : models
  const run = { job, models: modelHome, stores, schemas }
  if (update) {
    await updateGolden(place, run)
    return
  }
  const comparison = await checkGolden(place, run, tolerancesOf(options))
  if (comparison.isEqual) return
  const lines = [...comparisonText(comparison), 'HEADRACE_GOLDEN=update accepts what is found']
  throw new AssertionError({ message: lines.join('\n'), operator: 'goldenTest', stackStartFn: goldenTest })
}

function isUpdate(): boolean {
  return process.env.HEADRACE_GOLDEN === 'update' || process.execArgv.includes('--test-update-snapshots')
}

function tolerancesOf({ tolerances = {} }: GoldenTestOptions): Map<string, Tolerance> {
  return new Map(
    Object.entries(tolerances).map(([column, text]) => {
      const tolerance = parseTolerance(text)
      if (tolerance !== undefined) return [column, tolerance]
      const message = `the tolerance of ${column} is "${text}"; allowed: a number as 1e-9, or a share as 1%`
      throw new HeadraceError('HR_CONFIG_INVALID', message)
    }),
  )
}
