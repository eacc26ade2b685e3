import assert from 'node:assert/strict'
import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import type { TestContext } from 'node:test'
import type { CliFolder } from './cli.ts'
import { root } from './source-tree.ts'

export interface MadeToken {
  readonly token: string
  readonly entry: { readonly name: string; readonly hash: string; readonly scopes: readonly string[] }
}

export async function newToken(folder: CliFolder, scopes: readonly string[]): Promise<MadeToken> {
  const options = scopes.map(scope => `--scope ${scope}`).join(' ')
  const { code, json } = await folder.run(`token new --name shop ${options} --json`)
  assert.equal(code, 0)
  const [made] = json<MadeToken>()
  assert.deepEqual([made.entry.name, made.entry.scopes], ['shop', scopes])
  return made
}

/** `headrace serve` in a process of its own, once it listens. */
export async function startServing(
  t: TestContext,
  folder: CliFolder,
  what: 'features' | 'models',
): Promise<{ url: string; child: ChildProcess }> {
  const child = spawn(process.execPath, [`${root}cli/main.ts`, 'serve', what], { cwd: folder.path })
  t.after(() => child.kill('SIGKILL'))
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  let said = ''
  child.stderr.on('data', chunk => {
    said += chunk
    const url = /at (?<url>http:\S+);/.exec(said)?.groups?.url
    if (url !== undefined) resolve(url)
  })
  child.once('exit', () => reject(new Error(`the server has ended: ${said}`)))
  return { url: await promise, child }
}

/** Of a request, as problems have it. */
export const withoutId = (text: string) => text.replace(/\([\da-f-]{36}\)/, '(its id)').trim()
