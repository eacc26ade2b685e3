import type { InferenceSession } from 'onnxruntime-node'
import { HeadraceError, messageOf } from '../../engine/errors.ts'

type Runtime = typeof import('onnxruntime-node')

let loaded: Promise<Runtime> | undefined

/** The ONNX runtime: a large library that only jobs with models load. */
export function onnxRuntime(): Promise<Runtime> {
  loaded ??= load()
  return loaded
}

async function load(): Promise<Runtime> {
  try {
    return await import('onnxruntime-node')
  } catch (cause) {
    const { platform, arch } = process
    const message = `onnxruntime-node cannot be loaded on ${platform} ${arch}: ${messageOf(cause)}`
    throw new HeadraceError('HR_MODEL_RUNTIME', message, { cause })
  }
}

/** One thread for each session: there is a worker for each core already, and threads of the runtime spin. */
const options: InferenceSession.SessionOptions = {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  graphOptimizationLevel: 'all',
  logSeverityLevel: 4,
}

export async function openSession(bytes: Uint8Array, file: string): Promise<InferenceSession> {
  const { InferenceSession } = await onnxRuntime()
  try {
    return await InferenceSession.create(bytes, options)
  } catch (cause) {
    throw new HeadraceError('HR_MODEL_RUNTIME', messageOf(cause), { file, cause })
  }
}
