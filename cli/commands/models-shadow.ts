import type { Command } from '../command.ts'
import { print } from '../io.ts'
import { inModelOptions, versionOf, withModels } from '../with-models.ts'

export const modelsShadow: Command = {
  name: 'models shadow',
  summary: 'let a version of a model score beside the serving one, for comparison',
  operands: ['<model>', '<version>'],
  options: inModelOptions,
  notes: 'Its answers go into the metrics alone. The word none in the place of a version ends it.',
  examples: ['headrace models shadow anomaly 5', 'headrace models shadow anomaly none'],
  run: async (flags, io) =>
    withModels(flags, io, async models => {
      const [name, version] = flags.operands
      const shadow = version === 'none' ? null : versionOf(flags)
      if (shadow !== null) await models.check(name, shadow)
      await models.folder.setShadow(name, shadow)
      print(
        io,
        shadow === null
          ? `no version of ${name} is in the shadow`
          : `version ${shadow} of ${name} is in the shadow`,
      )
      return undefined
    }),
}
