import type { OnnxModels } from '../connectors/onnx/home.ts'
import type { Option } from './command.ts'
import { dataOptions } from './command.ts'
import { loadDeployment } from './config.ts'
import type { Flags } from './flags.ts'
import { usageError } from './flags.ts'
import type { Io } from './io.ts'
import { openModels } from './models.ts'

/** Options of the commands that look into the models. */
export const inModelOptions: Readonly<Record<string, Option>> = {
  models: { value: 'DIR', help: 'the directory of the models (HEADRACE_MODELS; default .headrace/models)' },
  ...dataOptions,
}

/** Opens the models for one action. */
export async function withModels<T>(
  flags: Flags,
  io: Io,
  action: (models: OnnxModels) => Promise<T>,
): Promise<T> {
  const models = openModels(await loadDeployment(flags, io))
  return action(models).finally(() => models.close())
}

/** The second operand. */
export function versionOf({ operands }: Flags): number {
  const [, text] = operands
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text)
  throw usageError(`the version is "${text}", it has to be a whole number from 1`)
}
