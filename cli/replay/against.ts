import { resolve } from 'node:path'
import { readManifest } from '../../backtest/manifest.ts'
import type { Report } from '../../backtest/report/report.ts'
import { HeadraceError } from '../../engine/errors.ts'
import type { Plan } from '../../engine/graph/plan.ts'
import { sinksOf } from '../../engine/graph/plan.ts'
import type { TopicSpec } from '../../engine/topic.ts'
import type { Option } from '../command.ts'
import type { Deployment } from '../config.ts'
import { compare } from '../diff/compare.ts'
import { diffFlags, readDiffFlags } from '../diff/diff-flags.ts'
import { openSides } from '../diff/open-sides.ts'
import type { Flags } from '../flags.ts'
import { usageError } from '../flags.ts'
import { openRegistry } from '../home.ts'
import type { Io } from '../io.ts'
import { assertNamed, live, openNamed } from '../place/named-place.ts'
import { comparedStretch } from './compared-stretch.ts'

/** Options that have the results of a replay compared. */
export const againstFlags: Readonly<Record<string, Option>> = {
  against: {
    value: 'live|DIR',
    help: 'compare the results with those of the live job, or with what is in that directory: they are A, the replay is B',
  },
  topic: { value: 'NAME', multiple: true, help: 'compare this output alone' },
  html: { value: 'FILE', help: 'write a page of the comparison with plots, too' },
  ...diffFlags,
}

export interface Against {
  /** `live`, or a directory. */
  readonly name: string
  readonly topics: readonly TopicSpec[]
}

/** What the replay's results are to be compared with; undefined for nothing. */
export function readAgainst(flags: Flags, planned: Plan, io: Io): Against | undefined {
  const name = flags.text('against')
  if (name === undefined) {
    const useless = Object.keys(againstFlags).find(flag => flags.text(flag) ?? flags.list(flag)[0])
    if (useless === undefined) return undefined
    throw usageError(`--${useless} goes with --against: it says how results are compared`)
  }
  assertNamed(name, io)
  readDiffFlags(flags)
  return { name, topics: outputsOf(planned, flags.list('topic')) }
}

/** The topics that a job writes, or those of them that are wanted. */
export function outputsOf(planned: Plan, wanted: readonly string[]): TopicSpec[] {
  const known = [...new Map(sinksOf(planned).map(({ topic }) => [topic.name, topic])).values()]
  const unknown = wanted.find(topic => !known.some(({ name }) => name === topic))
  if (unknown !== undefined) {
    const message = `the job does not write it; its outputs are ${known.map(({ name }) => name).join(', ')}`
    throw new HeadraceError('HR_TOPIC_UNKNOWN', message, { job: planned.job.name, topic: unknown })
  }
  return wanted.length === 0 ? known : known.filter(one => wanted.includes(one.name))
}

/** Compares the results of a replay, which are in the directory `out`, by topic. */
export async function compareResults(
  { name, topics }: Against,
  out: string,
  planned: Plan,
  deployment: Deployment,
  flags: Flags,
  io: Io,
): Promise<Report[]> {
  const [dir, otherDir] = [resolve(io.cwd, out), name === live ? undefined : resolve(io.cwd, name)]
  const manifest = readManifest(dir)
  if (manifest === undefined) throw new HeadraceError('HR_INTERNAL', `no replay has been in ${dir}`)
  const note = (text: string) => void io.err.write(`${text}\n`)
  const registry = openRegistry(deployment, note)
  const other = await openNamed(name, deployment, io, note)
  const results = await openNamed(out, deployment, io, note)
  const replayed = { dir, results, manifest, planned }
  try {
    const reports: Report[] = []
    for (const spec of topics) {
      const { a, b, close } = await openSides([name, out], spec.name, deployment, io)
      try {
        // After the ends of the outputs are known: what the other reads from now on is not among them.
        const recorded = await comparedStretch(replayed, other, otherDir)
        reports.push(await compare({ a, b, spec, registry, recorded, ...readDiffFlags(flags) }, flags, io))
      } finally {
        await close()
      }
    }
    return reports
  } finally {
    await results.close()
    await other.close()
    registry?.close()
  }
}
