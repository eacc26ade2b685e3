import type { Command } from '../command.ts'
import type { Flags } from '../flags.ts'
import { usageError } from '../flags.ts'
import { print } from '../io.ts'
import { inStoreOptions, withFeatures } from '../with-store.ts'

export const featuresPromote: Command = {
  name: 'features promote',
  summary: 'have a version of a feature view read where no version is named',
  operands: ['<view>', '<version>'],
  options: inStoreOptions,
  notes:
    'Readers see it at once. The version that was read before stays, to go back to, until it is dropped.',
  examples: ['headrace features promote user-stats 2'],
  run: async (flags, io) =>
    withFeatures(flags, io, async store => {
      const [view] = flags.operands
      const version = versionOf(flags)
      await store.promote(view, version)
      print(io, `version ${version} of ${view} is the promoted one`)
      return undefined
    }),
}

/** The second operand. */
export function versionOf({ operands }: Flags): number {
  const [, text] = operands
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text)
  throw usageError(`the version is "${text}", it has to be a whole number from 1`)
}
