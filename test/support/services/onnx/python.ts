import type { Python } from '../python/python.ts'
import { pythonWith } from '../python/python.ts'

let found: Promise<Python> | undefined

/** A Python that can import `onnx`. */
export function onnxPython(): Promise<Python> {
  found ??= pythonWith({ name: 'onnx', version: '1.23.2', variable: 'HEADRACE_PYTHON_ONNX' })
  return found
}
