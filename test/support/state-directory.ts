import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { TestContext } from 'node:test'
import type { StateLog } from '../../engine/state/log/state-log.ts'

/** An empty directory that goes with the test. */
export function temporaryDirectory(context: TestContext): string {
  const directory = mkdtempSync(path.join(tmpdir(), 'headrace-'))
  context.after(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

/** What a log restores, readable: `snapshot a`, `delta b`. */
export function restored(log: StateLog): string[] {
  return [...log.restore()].map(({ kind, payload }) => `${kind} ${Buffer.from(payload).toString()}`)
}
