import type { Command } from '../command.ts'
import { jsonLine, print } from '../io.ts'
import { tableLines } from '../table.ts'
import { timeText } from '../value-text.ts'
import { inStoreOptions, withSeries } from '../with-store.ts'

export const seriesList: Command = {
  name: 'series ls',
  summary: 'list the time series',
  operands: [],
  options: { ...inStoreOptions, json: { help: 'print JSON lines, one a series' } },
  notes: 'Of InfluxDB where it is configured, else of the data directory.',
  examples: ['headrace series ls', 'headrace series ls --data /var/lib/headrace --json'],
  run: async (flags, io) =>
    withSeries(flags, io, async (store, where) => {
      const all = await store.list()
      if (flags.on('json')) for (const one of all) print(io, jsonLine(one))
      else if (all.length === 0) print(io, `no series in ${where}`)
      else {
        const headings = ['series', 'tags', 'values', 'points', 'oldest', 'newest']
        const rows = all.map(({ name, tags, values, points, oldest, newest }) => [
          name,
          tags.join(', '),
          values.join(', '),
          points === null ? '?' : points.toLocaleString('en'),
          timeText(oldest),
          timeText(newest),
        ])
        print(io, ...tableLines(headings, rows, ['points']))
      }
      return undefined
    }),
}
