import { once } from 'node:events'
import path from 'node:path'
import { test } from 'node:test'

/** A server that cannot be had on this machine, and why. */
export class MissingError extends Error {
  override name = 'MissingError'
}

const variableOf = (server: string) => `HEADRACE_TESTS_WITHOUT_${server.toUpperCase().replaceAll(' ', '_')}`

/** Tells the test processes to come that there is no such server, and why. */
export function sayMissing(server: string, reason: string): void {
  process.env[variableOf(server)] = reason
}

let isReported = false

/**
 * Called while a test file's imports load: where the server is known to be missing, the file runs none of its tests
 * and is reported as skipped, with the reason. With `CI=true` that is a failure, unless CI is to have it only if it is
 * there.
 */
export async function needs(
  server: string,
  { inCI = 'always' }: { readonly inCI?: 'always' | 'if there' } = {},
): Promise<void> {
  const reason = process.env[variableOf(server)]
  if (reason === undefined) return
  if (!isReported) report(server, reason, process.env.CI === 'true' && inCI === 'always')
  isReported = true
  // The report is out when there is nothing left to do; the file itself must not go on to its tests.
  await once(process, 'beforeExit')
  process.exit()
}

function report(server: string, reason: string, isFailure: boolean): void {
  const file = path.relative(process.cwd(), process.argv[1])
  const skip = isFailure ? false : reason
  void test(`${file} did not run: it needs ${server}`, { skip }, () => {
    throw new MissingError(reason)
  })
}
