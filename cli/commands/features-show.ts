import type { Command } from '../command.ts'
import { jsonLine, print } from '../io.ts'
import { tableLines } from '../table.ts'
import { durationText, fieldText } from '../value-text.ts'
import { inStoreOptions, withFeatures } from '../with-store.ts'

export const featuresShow: Command = {
  name: 'features show',
  summary: 'print what a feature view is: its fields, their types, owners and bounds',
  operands: ['<view>'],
  options: {
    ...inStoreOptions,
    version: { value: 'N', help: 'this version, not the promoted one' },
    json: { help: 'print a JSON line' },
  },
  examples: ['headrace features show user-stats', 'headrace features show user-stats --version 2'],
  run: async (flags, io) =>
    withFeatures(flags, io, async store => {
      const view = await store.definition(flags.operands[0], flags.whole('version', 1))
      if (flags.on('json')) {
        print(io, jsonLine(view))
        return undefined
      }
      const ttl =
        view.ttlMs === null ? 'values stay until they are overwritten' : `ttl ${durationText(view.ttlMs)}`
      print(io, `${view.name}, version ${view.version}, by ${view.entity}; ${ttl}`)
      if (view.description !== null) print(io, view.description)
      const rows = Object.entries(view.fields).map(([name, field]) => [
        name,
        fieldText(field),
        field.owner ?? '',
        field.description ?? '',
      ])
      const headings = ['field', 'type', 'owner', 'description']
      // No heading over columns that are empty.
      const kept = headings.map((_, column) => column < 2 || rows.some(row => row[column] !== ''))
      const cut = (cells: readonly string[]) => cells.filter((_, column) => kept[column])
      print(io, '', ...tableLines(cut(headings), rows.map(cut)))
      return undefined
    }),
}
