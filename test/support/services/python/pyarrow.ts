import type { Python } from './python.ts'
import { pythonWith } from './python.ts'

let found: Promise<Python> | undefined

/** A Python that can import `pyarrow`. */
export function arrowPython(): Promise<Python> {
  found ??= pythonWith({ name: 'pyarrow', version: '22.0.0', variable: 'HEADRACE_PYTHON_PYARROW' })
  return found
}
