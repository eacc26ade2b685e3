import { resolve } from 'node:path'
import type { Witness } from '../../backtest/diff/diff-outputs.ts'
import { defaultKey } from '../../backtest/diff/diff-outputs.ts'
import { Interactions } from '../../backtest/judge/interactions.ts'
import { LabelJudge } from '../../backtest/judge/label-judge.ts'
import { Labels } from '../../backtest/judge/labels.ts'
import { RankingJudge } from '../../backtest/judge/ranking-judge.ts'
import type { Report } from '../../backtest/report/report.ts'
import type { TopicSpec } from '../../engine/topic.ts'
import type { Option } from '../command.ts'
import type { Flags } from '../flags.ts'
import { usageError } from '../flags.ts'
import { listFlag } from './diff-flags.ts'
import { readTable } from './table-file.ts'

/** Options that judge what a model gave. */
export const judgeFlags: Readonly<Record<string, Option>> = {
  labels: { value: 'FILE', help: 'judge alarms by these labels: JSON lines, or .csv with a heading' },
  'label-key': { value: 'A,B', help: 'columns that a label names a row by (default: those of the key)' },
  score: { value: 'FIELD', help: 'an alarm is a row whose score is high enough (default: each row is one)' },
  threshold: { value: 'X[,Y]', help: 'what is high enough: in A and, if another, in B' },
  interactions: {
    value: 'FILE',
    help: 'judge lists of items by what was taken later: rows with user, item, ts',
  },
  items: { value: 'FIELD', help: 'the list of items, best first (default items)' },
  k: { value: 'N', help: 'the length of the lists that are judged (default 10)' },
}

export interface Judges {
  readonly witnesses: readonly Witness[]
  /** What they say when all rows have been seen. */
  verdicts(): Pick<Report, 'labels' | 'ranking'>
}

/** The judges that the flags ask for, with what they judge by. */
export async function openJudges(flags: Flags, spec: TopicSpec, cwd: string): Promise<Judges> {
  const [alarms, lists] = [await alarmJudge(flags, spec, cwd), await rankingJudge(flags, spec, cwd)]
  const judges = [alarms, lists].filter(one => one !== undefined)
  return {
    witnesses: judges.map(({ witness }) => witness),
    verdicts: () => ({ ...alarms?.verdict(), ...lists?.verdict() }),
  }
}

interface Judge {
  readonly witness: Witness
  verdict(): Pick<Report, 'labels' | 'ranking'>
}

async function alarmJudge(flags: Flags, spec: TopicSpec, cwd: string): Promise<Judge | undefined> {
  const file = flags.text('labels')
  const needless = ['label-key', 'score', 'threshold'].find(name => flags.text(name) !== undefined)
  if (file === undefined && needless !== undefined) throw usageError(`--${needless} goes with --labels`)
  if (file === undefined) return undefined
  const key = listFlag(flags, 'label-key') ?? listFlag(flags, 'key') ?? defaultKey(spec)
  for (const name of key) columnOf(spec, 'label-key', name)
  const score = flags.text('score')
  if ((score === undefined) !== (flags.text('threshold') === undefined)) {
    throw usageError('--score and --threshold go together')
  }
  if (score !== undefined) columnOf(spec, 'score', score, ['int', 'long', 'float', 'double'])
  const thresholds = thresholdsOf(flags)
  const labels = new Labels(spec.schema, key)
  await readTable(resolve(cwd, file), record => labels.add(record))
  const judge = new LabelJudge(
    { schema: spec.schema, score, thresholds: thresholds ?? { a: 0, b: 0 } },
    labels,
  )
  return {
    witness: (side, rows) => judge.see(side, rows),
    verdict: () => ({
      labels: { count: labels.size, score: score ?? null, thresholds, figures: judge.figures() },
    }),
  }
}

function thresholdsOf(flags: Flags): { a: number; b: number } | null {
  const texts = listFlag(flags, 'threshold')
  if (texts === undefined) return null
  const [a, b = a] = texts.map(Number)
  if (texts.length <= 2 && [a, b].every(Number.isFinite)) return { a, b }
  throw usageError(`--threshold is "${flags.text('threshold')}"; allowed: a number, or two: 0.8,0.9`)
}

async function rankingJudge(flags: Flags, spec: TopicSpec, cwd: string): Promise<Judge | undefined> {
  const file = flags.text('interactions')
  const needless = ['items', 'k'].find(name => flags.text(name) !== undefined)
  if (file === undefined && needless !== undefined) throw usageError(`--${needless} goes with --interactions`)
  if (file === undefined) return undefined
  const items = flags.text('items') ?? 'items'
  columnOf(spec, 'items', items, ['array', 'vector'])
  const top = flags.whole('k', 1) ?? 10
  const user = (listFlag(flags, 'key') ?? defaultKey(spec)).find(name => {
    return spec.schema.fields[name]?.kind !== 'timestamp'
  })
  if (user === undefined) throw usageError('--interactions needs a key column that says whose the list is')
  columnOf(spec, 'key', user)
  const interactions = new Interactions(user)
  await readTable(resolve(cwd, file), record => interactions.add(record))
  const judge = new RankingJudge({ schema: spec.schema, user, items, top }, interactions)
  return {
    witness: (side, rows) => judge.see(side, rows),
    verdict: () => ({ ranking: { items, top, figures: judge.figures() } }),
  }
}

function columnOf({ schema }: TopicSpec, flag: string, name: string, kinds?: readonly string[]): void {
  const field = schema.fields[name]
  if (field === undefined) {
    throw usageError(`--${flag}: ${schema.name} has no column "${name}"; it has ${schema.names.join(', ')}`)
  }
  if (kinds?.includes(field.kind) === false) {
    throw usageError(`--${flag}: "${name}" is of type ${field.kind}, it has to be one of ${kinds.join(', ')}`)
  }
}
