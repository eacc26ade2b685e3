import type { Command } from '../command.ts'
import { print } from '../io.ts'
import { inModelOptions, versionOf, withModels } from '../with-models.ts'

export const modelsPromote: Command = {
  name: 'models promote',
  summary: 'let a version of a model serve',
  operands: ['<model>', '<version>'],
  options: inModelOptions,
  notes:
    'It is loaded first, as by `headrace models check`: what is not sound is not promoted. Jobs take it within a second ' +
    'or so, between two batches. An earlier version is promoted in the same way.',
  examples: ['headrace models promote anomaly 4'],
  run: async (flags, io) =>
    withModels(flags, io, async models => {
      const [name] = flags.operands
      const version = versionOf(flags)
      await models.check(name, version)
      const before = (await models.folder.servingOrNone(name))?.version
      await models.folder.promote(name, version)
      const instead = before === undefined || before === version ? '' : ` instead of version ${before}`
      print(io, `version ${version} of ${name} serves${instead}`)
      return undefined
    }),
}
