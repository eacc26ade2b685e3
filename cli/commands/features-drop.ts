import type { Command } from '../command.ts'
import { print } from '../io.ts'
import { inStoreOptions, withFeatures } from '../with-store.ts'
import { versionOf } from './features-promote.ts'

export const featuresDrop: Command = {
  name: 'features drop',
  summary: 'delete a version of a feature view with its values',
  operands: ['<view>', '<version>'],
  options: { ...inStoreOptions, yes: { help: 'do it: without, it is only said what would be done' } },
  notes: 'The promoted version goes last. Nobody may write to it any more: a job that does fails.',
  examples: ['headrace features drop user-stats 1 --yes'],
  run: async (flags, io) =>
    withFeatures(flags, io, async (store, where) => {
      const [view] = flags.operands
      const version = versionOf(flags)
      await store.definition(view, version)
      const isDone = flags.on('yes')
      if (isDone) await store.drop(view, version)
      const what = `version ${version} of ${view} in ${where}`
      print(io, isDone ? `dropped ${what}` : `would drop ${what}; with --yes it does`)
      return undefined
    }),
}
