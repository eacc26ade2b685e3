import type { ViewListing } from '../../engine/stores/feature-store.ts'
import type { Command } from '../command.ts'
import { jsonLine, print } from '../io.ts'
import { tableLines } from '../table.ts'
import { shortSpan } from '../units.ts'
import { durationText, timeText } from '../value-text.ts'
import { inStoreOptions, withFeatures } from '../with-store.ts'

export const featuresList: Command = {
  name: 'features ls',
  summary: 'list the feature views, with their versions',
  operands: [],
  options: { ...inStoreOptions, json: { help: 'print JSON lines, one a version' } },
  notes:
    'Of Redis where it is configured, else of the data directory. The promoted version is the one that is read ' +
    'unless another is named. The age is that of the newest event time.',
  examples: ['headrace features ls', 'headrace features ls --data /var/lib/headrace --json'],
  run: async (flags, io) =>
    withFeatures(flags, io, async (store, where) => {
      const views = await store.list()
      if (flags.on('json')) for (const view of views) print(io, ...recordsOf(view).map(jsonLine))
      else if (views.length === 0) print(io, `no feature views in ${where}`)
      else print(io, ...tableOf(views, Date.now()))
      return undefined
    }),
}

function recordsOf({ name, promoted, versions }: ViewListing): object[] {
  return versions.map(({ definition, entities, newest }) => {
    const { version, entity, ttlMs, fields } = definition
    const isPromoted = version === promoted
    return {
      view: name,
      version,
      promoted: isPromoted,
      entity,
      ttlMs,
      fields: Object.keys(fields),
      entities,
      newest,
    }
  })
}

function tableOf(views: readonly ViewListing[], now: number): string[] {
  const headings = ['view', 'version', '', 'fields', 'entities', 'ttl', 'newest', 'age']
  const rows = views.flatMap(({ name, promoted, versions }) =>
    versions.map(({ definition, entities, newest }) => [
      name,
      String(definition.version),
      definition.version === promoted ? 'promoted' : '',
      String(Object.keys(definition.fields).length),
      entities.toLocaleString('en'),
      definition.ttlMs === null ? '' : durationText(definition.ttlMs),
      timeText(newest),
      newest === null ? '' : shortSpan(now - newest),
    ]),
  )
  return tableLines(headings, rows, ['version', 'fields', 'entities', 'ttl', 'age'])
}
