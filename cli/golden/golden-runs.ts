import type { GoldenRun } from '../../backtest/golden/golden.ts'
import { withParameters } from '../../engine/param.ts'
import type { Option } from '../command.ts'
import { placeOptions } from '../command.ts'
import { loadDeployment } from '../config.ts'
import type { Flags } from '../flags.ts'
import { openRegistry } from '../home.ts'
import type { Io } from '../io.ts'
import { loadJob } from '../load-job.ts'
import { openModels } from '../models.ts'
import { parameterOptions, setFlags } from '../parameters.ts'
import { askedVersions } from '../replay/model-versions.ts'

/** Options of all commands that run a job over slices. */
export const goldenOptions: Readonly<Record<string, Option>> = {
  models: { value: 'DIR', help: 'the directory of the models (HEADRACE_MODELS; default .headrace/models)' },
  model: { value: 'NAME=N', multiple: true, help: 'score with this version' },
  ...parameterOptions,
  config: placeOptions.config,
  json: { help: 'print a JSON line for each golden test' },
}

/** Opens what runs of the job need, for one action. */
export async function withGoldenRun(
  flags: Flags,
  io: Io,
  action: (run: GoldenRun) => Promise<number>,
): Promise<number> {
  const deployment = await loadDeployment(flags, io)
  // Not as the configuration sets it: what is expected is the same wherever it is looked at.
  const job = withParameters(await loadJob(flags.operands[0], io.cwd), setFlags(flags))
  const note = (text: string) => void io.err.write(`${text}\n`)
  const schemas = openRegistry(deployment, note)
  const models = openModels(deployment, note)
  try {
    return await action({ job, models, schemas, versions: askedVersions(flags.list('model')) })
  } finally {
    schemas?.close()
    await models.close()
  }
}
