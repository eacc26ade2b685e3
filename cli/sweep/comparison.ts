import type { AlarmFigures } from '../../backtest/judge/label-judge.ts'
import type { Report } from '../../backtest/report/report.ts'
import type { TopicSpec } from '../../engine/topic.ts'
import type { Option } from '../command.ts'
import type { Deployment } from '../config.ts'
import { compare } from '../diff/compare.ts'
import { matchFlags, readDiffFlags } from '../diff/diff-flags.ts'
import { judgeFlags, openJudges } from '../diff/judge-flags.ts'
import { openSides } from '../diff/open-sides.ts'
import type { Flags } from '../flags.ts'
import { usageError } from '../flags.ts'
import { openRegistry } from '../home.ts'
import type { Io } from '../io.ts'
import { assertNamed } from '../place/named-place.ts'
import { compareResults, outputsOf } from '../replay/against.ts'
import type { Combination } from './combination.ts'
import type { Metrics } from './metrics.ts'

/** Options that have outputs compared and judged. */
export const comparisonFlags: Readonly<Record<string, Option>> = {
  against: {
    value: 'first|live|DIR',
    help: 'compare with the outputs of the first combination, of the live job, or in that directory: they are A',
  },
  topic: { value: 'NAME', multiple: true, help: 'compare or judge this output alone' },
  ...matchFlags,
  ...judgeFlags,
}

/** What the outputs of each combination are held against, if anything. */
export class Comparison {
  /** The names of what it gives, in order. */
  readonly names: readonly string[]
  private readonly flags: Flags
  private readonly deployment: Deployment
  private readonly io: Io
  private readonly against: string | undefined
  private readonly isJudged: boolean
  private readonly topics: readonly string[]

  /** Finds what is wrong with the options, before anything has run. */
  static async open(flags: Flags, first: Combination, deployment: Deployment, io: Io): Promise<Comparison> {
    const against = flags.text('against')
    if (against !== undefined && against !== 'first') assertNamed(against, io)
    readDiffFlags(flags)
    const comparison = new Comparison(flags, first, deployment, io)
    for (const spec of outputsOf(first.planned, comparison.topics)) await openJudges(flags, spec, io.cwd)
    return comparison
  }

  private constructor(flags: Flags, first: Combination, deployment: Deployment, io: Io) {
    const against = flags.text('against')
    const wanted = flags.list('topic')
    this.flags = flags
    this.deployment = deployment
    this.io = io
    this.against = against === 'first' ? first.dir : against
    this.isJudged = flags.text('labels') !== undefined || flags.text('interactions') !== undefined
    if (this.isJudged && wanted.length !== 1) {
      throw usageError('--topic is needed once: the output that labels or interactions judge')
    }
    if (against === undefined && !this.isJudged && wanted.length > 0) {
      throw usageError('--topic goes with --against, --labels or --interactions')
    }
    this.topics = outputsOf(first.planned, wanted).map(({ name }) => name)
    this.names = [
      ...(against === undefined ? [] : this.topics.flatMap(topic => differences.map(this.naming(topic)))),
      ...(flags.text('labels') === undefined ? [] : Object.keys(alarmFigures)),
      ...(flags.text('interactions') === undefined ? [] : rankingNames(flags.whole('k', 1) ?? 10)),
    ]
  }

  /** What the outputs of a combination differ in, and how good they are. */
  async of({ dir, planned }: Combination): Promise<Metrics> {
    const { against, isJudged, deployment, flags, io } = this
    if (against === undefined && !isJudged) return {}
    const topics = outputsOf(planned, this.topics)
    const reports =
      against === undefined
        ? [await this.judge(dir, topics[0])]
        : await compareResults({ name: against, topics }, dir, planned, deployment, flags, io)
    return Object.assign({}, ...reports.map(report => this.metricsOf(report)))
  }

  /** What is only judged has nothing beside it. */
  private async judge(dir: string, spec: TopicSpec): Promise<Report> {
    const { deployment, flags, io } = this
    const registry = openRegistry(deployment, text => io.err.write(`${text}\n`))
    const { b, close } = await openSides([dir, dir], spec.name, deployment, io)
    try {
      const a = { name: 'nothing', partitions: [] }
      return await compare({ a, b, spec, registry, ...readDiffFlags(flags) }, flags, io)
    } finally {
      await close()
      registry?.close()
    }
  }

  private metricsOf(report: Report): Metrics {
    const { topic, labels, ranking } = report
    const name = this.naming(topic)
    const compared = differences.map(one => [name(one), report[one]])
    return {
      ...(this.against !== undefined && Object.fromEntries(compared)),
      ...(labels && alarmMetrics(labels.figures.b)),
      ...(ranking && rankingMetrics(ranking)),
    }
  }

  /** The topic is named where there are several. */
  private naming(topic: string): (name: string) => string {
    return name => (this.topics.length === 1 ? name : `${name}:${topic}`)
  }
}

const differences = ['equal', 'changed', 'onlyA', 'onlyB'] as const

/** What alarms are measured by, as it is called here and there. */
const alarmFigures = {
  alarms: 'alarms',
  alarmsPerDay: 'perDay',
  falseAlarms: 'falseAlarms',
  found: 'found',
  missed: 'missed',
  precision: 'precision',
  recall: 'recall',
  f1: 'f1',
} as const satisfies Record<string, keyof AlarmFigures>

function alarmMetrics(figures: AlarmFigures): Metrics {
  return Object.fromEntries(Object.entries(alarmFigures).map(([name, figure]) => [name, figures[figure]]))
}

function rankingNames(top: number): string[] {
  return ['judged', `recall@${top}`, `ndcg@${top}`]
}

function rankingMetrics({ top, figures: { b } }: NonNullable<Report['ranking']>): Metrics {
  return { judged: b.judged, [`recall@${top}`]: b.recall, [`ndcg@${top}`]: b.ndcg }
}
