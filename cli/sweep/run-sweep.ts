import type { Manifest } from '../../backtest/manifest.ts'
import { knownReplay, writeManifest } from '../../backtest/manifest.ts'
import type { Deployment } from '../config.ts'
import type { Io } from '../io.ts'
import type { Place } from '../place/place.ts'
import type { Scope } from '../replay/perform.ts'
import { perform, replayName, scopeOf } from '../replay/perform.ts'
import { ReplayProgress } from '../replay/progress.ts'
import type { RangeChoice } from '../replay/range-flags.ts'
import type { ThreadRequest } from '../replay/threads.ts'
import { StopSignals } from '../stop-signals.ts'
import type { Style } from '../teller.ts'
import type { Combination } from './combination.ts'
import type { Comparison } from './comparison.ts'
import type { Metrics } from './metrics.ts'
import { countMetrics } from './metrics.ts'
import { readOutcome, writeOutcome } from './outcome.ts'
import type { Row } from './sweep-table.ts'

const file = 'sweep.json'

export interface Sweep {
  readonly combinations: readonly Combination[]
  readonly comparison: Comparison
  readonly range: RangeChoice
  readonly threads: ThreadRequest
  /** Where the history is. */
  readonly place: Place
  readonly out: string
  readonly deployment: Deployment
  readonly style: Style
  readonly io: Io
}

export type Done = Combination & Row

/** Runs the combinations that are not complete yet; gives those that are, which are not all where it was stopped. */
export async function runSweep(sweep: Sweep): Promise<Done[]> {
  const { combinations, comparison, style, io } = sweep
  const scope = await scopeOfAll(sweep)
  const stop = new StopSignals(
    () => {},
    () => {},
  )
  const done: Done[] = []
  try {
    for (const [index, combination] of combinations.entries()) {
      const progress = new ReplayProgress(io, style)
      const heading = `${index + 1} of ${combinations.length}  ${combination.name}`
      const counted = await outcomeOf(sweep, combination, scope, progress, heading)
      if (counted === undefined) break
      const compared = await comparison.of(combination)
      done.push({ ...combination, metrics: { ...compared, ...counted } })
      if (stop.signal.aborted) break
    }
  } finally {
    stop.release()
  }
  return done
}

/** What all are over, whatever comes to the topics meanwhile: written down with the first one. */
async function scopeOfAll({ combinations, range, place, out, deployment }: Sweep): Promise<Scope> {
  const [{ planned }] = combinations
  const stages = combinations.flatMap(one => one.planned.stages)
  const topics = stages.flatMap(({ inputs }) => inputs.map(({ source }) => source.name))
  const asked = { ...range.words, topics: [...new Set(topics)].toSorted().join(',') }
  const name = { job: planned.job.name, history: place.where, asked }
  const known = knownReplay(out, name, file)
  if (known !== undefined) return { stretches: known.stretches, models: known.models }
  const scope = await scopeOf({ ...range, place, deployment }, { stages })
  const manifest: Manifest = { format: 1, ...name, ...scope }
  writeManifest(out, manifest, file)
  return scope
}

/** Undefined where it was stopped before the end. */
async function outcomeOf(
  { range, threads, place, deployment }: Sweep,
  { dir, planned }: Combination,
  scope: Scope,
  progress: ReplayProgress,
  heading: string,
): Promise<Metrics | undefined> {
  const request = { planned, ...range, scope, threads, place, dir, deployment, progress }
  const isKnown = knownReplay(dir, replayName(request)) !== undefined
  const before = isKnown ? readOutcome(dir) : undefined
  progress.note(before === undefined ? heading : `${heading}: complete already`)
  if (before !== undefined) return before
  const { counts, seconds } = await perform(request)
  if (counts === undefined) return undefined
  const metrics = countMetrics(planned, counts, seconds)
  writeOutcome(dir, metrics)
  return metrics
}
