import type { Command } from '../command.ts'
import { jsonLine, print } from '../io.ts'
import { inModelOptions, withModels } from '../with-models.ts'

export const modelsCheck: Command = {
  name: 'models check',
  summary: 'load a version of a model as a job would: checksum, tensors, examples',
  operands: ['<model>'],
  options: {
    ...inModelOptions,
    version: { value: 'N', help: 'this version, not the serving one' },
    json: { help: 'print a JSON line' },
  },
  notes: 'What a job calls its inputs and outputs is checked when the job starts.',
  examples: ['headrace models check anomaly', 'headrace models check anomaly --version 4'],
  run: async (flags, io) =>
    withModels(flags, io, async models => {
      const [name] = flags.operands
      const version = flags.whole('version', 1) ?? (await models.serving(name)).version
      const { batchRows, examples } = await models.check(name, version)
      if (flags.on('json')) print(io, jsonLine({ model: name, version, examples, batchRows }))
      else {
        print(
          io,
          `version ${version} of ${name} is sound: ${examples} examples are answered as they should be`,
        )
        print(io, `it is fastest with ${batchRows.toLocaleString('en')} rows at a time`)
      }
      return undefined
    }),
}
