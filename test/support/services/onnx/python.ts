import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'
import { cachedDirectory, cachePath } from '../cache.ts'
import { MissingError } from '../missing.ts'

const INSTALL_MS_MAX = 300_000
const wheel = 'onnx==1.23.2'
const installedName = `python-${wheel.replace('==', '-')}`
const run = promisify(execFile)

/** A Python that can import `onnx`. */
export interface OnnxPython {
  readonly command: string
  readonly env: NodeJS.ProcessEnv
}

let found: Promise<OnnxPython> | undefined

export function onnxPython(): Promise<OnnxPython> {
  found ??= find()
  return found
}

async function find(): Promise<OnnxPython> {
  const named = process.env.HEADRACE_PYTHON_ONNX
  if (named) return importing({ command: named, env: process.env })
  const wanted = process.env.CI === 'true' || existsSync(cachePath(installedName))
  if (!wanted) return importing({ command: 'python3', env: process.env })
  const directory = await cachedDirectory(installedName, install)
  return importing({ command: 'python3', env: { ...process.env, PYTHONPATH: directory } })
}

async function importing(python: OnnxPython): Promise<OnnxPython> {
  try {
    await run(python.command, ['-c', 'import onnx'], { env: python.env })
    return python
  } catch (error) {
    const way = 'pip install onnx, HEADRACE_PYTHON_ONNX=<a Python that has it>, or CI=true to fetch it'
    throw new MissingError(`${python.command} has no onnx (${way})`, { cause: error })
  }
}

/** Wheels alone: nothing is compiled, and nothing of the Python that is here changes. */
async function install(directory: string): Promise<void> {
  const options = ['--quiet', '--disable-pip-version-check', '--only-binary', ':all:', '--target', directory]
  try {
    await run('python3', ['-m', 'pip', 'install', ...options, wheel], { timeout: INSTALL_MS_MAX })
  } catch (error) {
    const { stderr, message } = error as { readonly stderr?: string; readonly message: string }
    const lastLine = (stderr || message).trim().split('\n').at(-1)
    throw new MissingError(`pip cannot install ${wheel} (${lastLine})`, { cause: error })
  }
}
