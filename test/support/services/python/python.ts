import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'
import { cachedDirectory, cachePath } from '../cache.ts'
import { MissingError } from '../missing.ts'

const INSTALL_MS_MAX = 300_000
const run = promisify(execFile)

/** A Python that has what is wanted. */
export interface Python {
  readonly command: string
  readonly env: NodeJS.ProcessEnv
}

export interface PythonPackage {
  /** What is imported. */
  readonly name: string
  /** Of which version, where it is fetched. */
  readonly version: string
  /** The variable that names a Python which has it. */
  readonly variable: string
}

/** A Python that can import a package: named, with wheels that are fetched once, or as it is. */
export async function pythonWith(wanted: PythonPackage): Promise<Python> {
  const named = process.env[wanted.variable]
  if (named) return importing(wanted, { command: named, env: process.env })
  const fetched = `python-${wanted.name}-${wanted.version}`
  const isFetched = process.env.CI === 'true' || existsSync(cachePath(fetched))
  if (!isFetched) return importing(wanted, { command: 'python3', env: process.env })
  const directory = await cachedDirectory(fetched, into => install(wanted, into))
  return importing(wanted, { command: 'python3', env: { ...process.env, PYTHONPATH: directory } })
}

async function importing({ name, variable }: PythonPackage, python: Python): Promise<Python> {
  try {
    await run(python.command, ['-c', `import ${name}`], { env: python.env })
    return python
  } catch (error) {
    const way = `pip install ${name}, ${variable}=<a Python that has it>, or CI=true to fetch it`
    throw new MissingError(`${python.command} has no ${name} (${way})`, { cause: error })
  }
}

/** Wheels alone: nothing is compiled, and nothing of the Python that is here changes. */
async function install({ name, version }: PythonPackage, directory: string): Promise<void> {
  const wheel = `${name}==${version}`
  const options = ['--quiet', '--disable-pip-version-check', '--only-binary', ':all:', '--target', directory]
  try {
    await run('python3', ['-m', 'pip', 'install', ...options, wheel], { timeout: INSTALL_MS_MAX })
  } catch (error) {
    const { stderr, message } = error as { readonly stderr?: string; readonly message: string }
    const lastLine = (stderr || message).trim().split('\n').at(-1)
    throw new MissingError(`pip cannot install ${wheel} (${lastLine})`, { cause: error })
  }
}
