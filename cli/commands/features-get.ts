import type { FeatureAnswer } from '../../engine/stores/feature-store.ts'
import type { Command } from '../command.ts'
import type { Flags } from '../flags.ts'
import { jsonLine, print } from '../io.ts'
import { tableLines } from '../table.ts'
import { shortSpan } from '../units.ts'
import { cellText, timeText } from '../value-text.ts'
import { inStoreOptions, withFeatures } from '../with-store.ts'

export const featuresGet: Command = {
  name: 'features get',
  summary: 'print the values that a feature view has for some entities',
  operands: ['<view>', '<entity>', '[entity...]'],
  options: {
    ...inStoreOptions,
    version: { value: 'N', help: 'of this version, not of the promoted one' },
    field: { value: 'NAME', multiple: true, help: 'this field alone' },
    json: { help: 'print JSON lines, one an entity' },
  },
  notes:
    'Each value has the event time that it is of, and an age. A value is ok, expired (older than the ttl of the ' +
    'view), or missing.',
  examples: [
    'headrace features get user-stats ann bob',
    'headrace features get user-stats ann --field clicks --version 2 --json',
  ],
  run: async (flags, io) =>
    withFeatures(flags, io, async store => {
      const [view, ...entities] = flags.operands
      const answer = await store.get({
        view,
        entities,
        version: flags.whole('version', 1),
        fields: fieldsOf(flags),
      })
      const now = Date.now()
      if (flags.on('json')) print(io, ...recordsOf(answer, entities, now).map(jsonLine))
      else print(io, ...tableOf(answer, entities, now))
      return undefined
    }),
}

function fieldsOf(flags: Flags): readonly string[] | undefined {
  const fields = flags.list('field')
  return fields.length === 0 ? undefined : fields
}

function recordsOf({ view, version, fields, rows }: FeatureAnswer, entities: readonly string[], now: number) {
  return entities.map((entity, index) => {
    const values = fields.map((field, column) => {
      const { state, value, time } = rows[index][column]
      return [field, { state, value, time, ageMs: time === null ? null : now - time }] as const
    })
    return { view, version, entity, features: Object.fromEntries(values) }
  })
}

function tableOf({ fields, rows }: FeatureAnswer, entities: readonly string[], now: number): string[] {
  const cells = entities.flatMap((entity, index) =>
    fields.map((field, column) => {
      const { state, value, time } = rows[index][column]
      const age = time === null ? '' : shortSpan(now - time)
      return [entity, field, state === 'ok' ? cellText(value) : '', timeText(time), age, state]
    }),
  )
  return tableLines(['entity', 'field', 'value', 'event time', 'age', 'state'], cells, ['age'])
}
