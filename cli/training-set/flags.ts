import { extname, resolve } from 'node:path'
import type { ExportedView } from '../../backtest/training-set/exported-view.ts'
import { exportedViews } from '../../backtest/training-set/exported-view.ts'
import { fileEndings } from '../../backtest/training-set/row-file.ts'
import type { JoinedView } from '../../backtest/training-set/training-columns.ts'
import type { Plan } from '../../engine/graph/plan.ts'
import type { Duration } from '../../engine/time/duration.ts'
import { durationMs } from '../../engine/time/duration.ts'
import type { Option } from '../command.ts'
import type { Flags } from '../flags.ts'
import { usageError } from '../flags.ts'

/** Options that say what a training set has. */
export const trainingSetFlags: Readonly<Record<string, Option>> = {
  labels: { value: 'FILE', help: 'what rows are made for: JSON lines, or .csv with a heading (needed)' },
  out: { value: 'FILE', help: `the file that gets the rows, named ${fileEndings.join(' or ')} (needed)` },
  view: { value: 'NAMES', help: 'feature views, as a,b or a@2 (default: all that the job writes to)' },
  time: { value: 'COLUMN', help: "the column with a label's time: milliseconds or ISO text (default time)" },
  key: {
    value: 'COLUMN',
    multiple: true,
    help: 'the column that says whose features, for several entities as user=buyer (default: named as the entity)',
  },
  'as-of-delay': { value: 'DURATION', help: "features as they were so long before a label's time, as 500ms" },
  'max-age': { value: 'DURATION', help: 'leave out values that were older than this' },
  ages: { help: 'a column with the age of each feature beside it' },
  'full-names': { help: 'name the columns of features with their view, as user-stats.clicks' },
}

export interface TrainingSetChoice {
  readonly labels: string
  readonly out: string
  /** Of the file that gets the rows. */
  readonly ending: string
  readonly views: readonly JoinedView[]
  readonly time: string
  readonly delayMs: number
  readonly maxAgeMs: number
  readonly ages: boolean
  readonly fullNames: boolean
}

export function readTrainingSetFlags(flags: Flags, planned: Plan, cwd: string): TrainingSetChoice {
  const [labels, out] = [flags.text('labels'), flags.text('out')]
  if (labels === undefined)
    throw usageError('--labels is needed: the file that says whose features, and when')
  if (out === undefined) throw usageError('--out is needed: the file that gets the rows')
  const ending = extname(out).toLowerCase()
  if (!fileEndings.includes(ending)) {
    throw usageError(`--out is "${out}": its name has to end in ${fileEndings.join(' or ')}`)
  }
  const views = exportedViews(planned, (flags.text('view') ?? '').split(',').filter(Boolean))
  return {
    labels: resolve(cwd, labels),
    out: resolve(cwd, out),
    ending,
    views: joined(views, flags.list('key')),
    time: flags.text('time') ?? 'time',
    delayMs: durationOf(flags, 'as-of-delay') ?? 0,
    maxAgeMs: durationOf(flags, 'max-age') ?? Number.POSITIVE_INFINITY,
    ages: flags.on('ages'),
    fullNames: flags.on('full-names'),
  }
}

function joined(views: readonly ExportedView[], keys: readonly string[]): JoinedView[] {
  const entities = [...new Set(views.map(({ spec }) => spec.entity))]
  const columns = new Map(keys.map(key => pairOf(key, entities)))
  return views.map(view => ({ ...view, column: columns.get(view.spec.entity) ?? view.spec.entity }))
}

function pairOf(key: string, entities: readonly string[]): [entity: string, column: string] {
  const at = key.indexOf('=')
  const [entity, column] = at < 0 ? [entities[0], key] : [key.slice(0, at), key.slice(at + 1)]
  const list = entities.join(', ')
  if (at < 0 && entities.length > 1) {
    throw usageError(
      `--key is "${key}", and the views have several entities, ${list}: say which, as ${entities[0]}=${key}`,
    )
  }
  if (entities.includes(entity)) return [entity, column]
  throw usageError(`--key is "${key}": the entities of the views are ${list}`)
}

function durationOf(flags: Flags, name: string): number | undefined {
  const text = flags.text(name)
  return text === undefined ? undefined : durationMs(text as Duration, `--${name}`)
}
