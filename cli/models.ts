import { join } from 'node:path'
import type { OnnxOptions } from '../connectors/onnx/config.ts'
import { OnnxModels } from '../connectors/onnx/home.ts'
import type { Deployment } from './config.ts'

/** Where a deployment has its models: beside the log and the state, unless it says otherwise. */
export function modelOptions({ modelsDir, dataDir }: Deployment): OnnxOptions {
  return { dir: modelsDir ?? join(dataDir, 'models') }
}

/** The models of a deployment. Nothing is loaded before a job uses it. */
export function openModels(deployment: Deployment, notify?: (message: string) => void): OnnxModels {
  return new OnnxModels(modelOptions(deployment), notify)
}
