import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'

/** Runs a file, named from the root, as a process of its own; the test's end kills it. */
export function runScript(t: Pick<TestContext, 'after'>, file: string, ...args: string[]): ChildProcess {
  const script = fileURLToPath(new URL(`../../${file}`, import.meta.url))
  const child = spawn(process.execPath, [script, ...args], { stdio: ['pipe', 'pipe', 'ignore'] })
  t.after(() => child.kill('SIGKILL'))
  return child
}

/** Waits until the process has printed something. */
export async function firstOutput(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('the output is not piped')
  const [chunk] = await once(child.stdout, 'data')
  return String(chunk)
}

export async function exitOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  return child.exitCode
}
