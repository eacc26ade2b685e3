import { execFile } from 'node:child_process'
import { chmodSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { cachedDirectory } from '../cache.ts'
import { MissingError } from '../missing.ts'
import { influxVersion } from './version.ts'

const BUILD_MS_MAX = 1_800_000
const run = promisify(execFile)
const server = 'github.com/influxdata/influxdb/v2'

/** The server's program, built once with this machine's Go and Rust from what the module proxy has: some minutes. */
export async function builtInfluxd(): Promise<string> {
  return path.join(await cachedDirectory(builtName, build), 'influxd')
}

export const builtName = `influxd-${influxVersion}`

async function build(directory: string): Promise<void> {
  const go = goIn(directory, await toolchain(directory))
  try {
    // Go asks it for the server's Rust half, and it builds that.
    await go('install', 'github.com/influxdata/pkg-config@latest')
    await go('mod', 'init', 'headrace/influxd')
    await go('mod', 'edit', `-require=${server}@v${influxVersion}`)
    const tags = ['-tags', 'sqlite_foreign_keys,sqlite_json']
    await go('build', '-mod=mod', '-o', path.join(directory, 'built'), ...tags, `${server}/cmd/influxd`)
  } catch (error) {
    throw new MissingError(`Go cannot build InfluxDB (${lastLine(error)})`, { cause: error })
  }
  keepOnly(directory)
}

function goIn(directory: string, rust: string): (...args: readonly string[]) => Promise<unknown> {
  // Newer compilers warn of more than the Rust half takes.
  const wrapper = path.join(directory, 'rustc-wrapper')
  writeFileSync(wrapper, '#!/bin/sh\nexec "$@" --cap-lints allow\n')
  chmodSync(wrapper, 0o755)
  const env = {
    ...process.env,
    GOBIN: directory,
    GOFLAGS: '-modcacherw',
    PKG_CONFIG: path.join(directory, 'pkg-config'),
    RUSTC_WRAPPER: wrapper,
    RUSTUP_TOOLCHAIN: rust,
  }
  return (...args) => run('go', args, { cwd: directory, env, timeout: BUILD_MS_MAX, maxBuffer: 64 << 20 })
}

/** The installed one: the sources name an older one, which rustup would fetch. */
async function toolchain(directory: string): Promise<string> {
  try {
    const { stdout } = await run('rustup', ['show', 'active-toolchain'], { cwd: directory })
    return stdout.split(' ')[0]
  } catch (error) {
    throw new MissingError('there is no rustup to build InfluxDB with', { cause: error })
  }
}

function keepOnly(directory: string): void {
  for (const name of ['pkg-config', 'rustc-wrapper', 'go.mod', 'go.sum']) {
    rmSync(path.join(directory, name), { force: true })
  }
  renameSync(path.join(directory, 'built'), path.join(directory, 'influxd'))
}

function lastLine(error: unknown): string {
  const { stderr, message } = error as { readonly stderr?: string; readonly message: string }
  return (stderr || message).trim().split('\n').at(-1) ?? ''
}
