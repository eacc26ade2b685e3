import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { needs } from './missing.ts'
import { arrowPython } from './python/pyarrow.ts'

await needs('Table reader')

const script = fileURLToPath(new URL('python/read-table.py', import.meta.url))

export interface ReadTable {
  /** By column, as pyarrow names them. */
  readonly types: Readonly<Record<string, string>>
  /** Rows of each row group or record batch. */
  readonly groups: readonly number[]
  readonly rows: readonly Readonly<Record<string, unknown>>[]
}

/** What pyarrow, the judge from outside, reads in a file of Parquet or Arrow. */
export async function readTableFile(file: string): Promise<ReadTable> {
  const { command, env } = await arrowPython()
  const { stdout } = await promisify(execFile)(command, [script, file], { env, maxBuffer: 64 << 20 })
  return JSON.parse(stdout)
}
