import { randomUUID } from 'node:crypto'
import type { Manifest, ReplayName } from '../../backtest/manifest.ts'
import { knownReplay, recordsIn, writeManifest } from '../../backtest/manifest.ts'
import { Replay } from '../../backtest/replay.ts'
import type { TopicCopies } from '../../backtest/topic-copies.ts'
import type { Plan } from '../../engine/graph/plan.ts'
import type { Counts } from '../../engine/progress.ts'
import type { Deployment } from '../config.ts'
import { describeChange } from '../describe-change.ts'
import { openRegistry } from '../home.ts'
import { openModels } from '../models.ts'
import { parameterWords } from '../parameter-text.ts'
import type { Place } from '../place/place.ts'
import { StopSignals } from '../stop-signals.ts'
import type { OpenCheckpoint } from './checkpoint.ts'
import { countsUpTo, layDown } from './checkpoint.ts'
import { alongside, openCopies } from './copies.ts'
import { readOnly } from './history.ts'
import { marksOf } from './marks.ts'
import { modelVersions } from './model-versions.ts'
import type { ReplayProgress } from './progress.ts'
import type { Asked } from './range.ts'
import { stretchesBehind, stretchesOf } from './range.ts'
import { openResults } from './results.ts'
import { roundsOf } from './rounds.ts'
import type { Targets } from './targets.ts'
import type { ThreadRequest } from './threads.ts'
import { threadsOf } from './threads.ts'
import { warmupMemory } from './warmup-memory.ts'

export type Scope = Pick<Manifest, 'stretches' | 'models'>

export interface ReplayRequest {
  readonly planned: Plan
  readonly asked: Asked
  /** The same in the words of who asked for it. */
  readonly words: Manifest['asked']
  /** Where others have to be over the same: without it, it is what there is now. */
  readonly scope?: Scope
  /** Where the state is that it begins with; without it there is none. */
  readonly checkpoint?: OpenCheckpoint
  /** Where the history is. */
  readonly place: Place
  /** What gets the results. */
  readonly dir: string
  readonly deployment: Deployment
  readonly progress: ReplayProgress
  /** Where results go beside the directory. */
  readonly targets?: Targets
  /** So many times as fast as the clock; without it as fast as can be. */
  readonly speed?: number | undefined
  /** Without it, all is done in one thread. */
  readonly threads?: ThreadRequest
}

export interface Performed {
  readonly records: number
  readonly read: number
  readonly seconds: number
  /** Undefined where it was stopped before the end. */
  readonly counts: Counts | undefined
}

/** Begins a replay, or goes on with the one that the directory has. */
export async function perform(request: ReplayRequest): Promise<Performed> {
  const { planned, place, dir, deployment, progress, targets } = request
  const { job } = planned
  const note = (text: string) => progress.note(text)
  const manifest = await manifestOf(request)
  const results = await openResults(deployment, dir, note, planned, targets)
  const schemas = openRegistry(deployment, note)
  const models = openModels(deployment, note)
  const marks = await marksOf(planned, place, manifest.stretches)
  const { home, stores } = results
  try {
    const running = new Replay(
      {
        ...{ job, manifest, stores, schemas, models, marks },
        history: readOnly(place),
        results: home,
        commitEveryMs: deployment.commitMs,
        speed: request.speed,
        threads: request.threads && threadsOf(request.threads, manifest, results.options, note),
        onEvolution: changes => {
          for (const change of changes) note(describeChange(change))
        },
      },
      warmupMemory(dir),
    )
    const copies = targets && (await openCopies(targets, manifest, planned, home, deployment, note))
    return await work(running, copies, manifest, progress)
  } finally {
    schemas?.close()
    await models.close()
    await results.close()
  }
}

async function manifestOf(request: ReplayRequest): Promise<Manifest> {
  const { planned, dir, progress } = request
  const name = replayName(request)
  const known = knownReplay(dir, name)
  if (known !== undefined) {
    progress.note(`going on with the replay in ${dir}`)
    return known
  }
  const scope = request.scope ?? (await begin(request))
  const rounds = await roundsOf(planned, request.place, scope.stretches)
  const manifest = { format: 1 as const, id: randomUUID(), ...name, ...scope, ...(rounds && { rounds }) }
  writeManifest(dir, manifest)
  return manifest
}

export function replayName({
  planned,
  words,
  place,
}: Pick<ReplayRequest, 'planned' | 'words' | 'place'>): ReplayName {
  const parameters = parameterWords(planned)
  const audit = planned.job.options.audit === true && { audit: 'on' }
  const asked = { ...words, ...(parameters !== '' && { parameters }), ...audit }
  return { job: planned.job.name, history: place.where, asked }
}

async function begin(request: ReplayRequest): Promise<Scope> {
  const { planned, asked, words, place, dir, deployment, progress, checkpoint } = request
  if (checkpoint === undefined) return scopeOf(request, planned)
  const note = (text: string) => progress.note(text)
  const tasks = await layDown(checkpoint, planned.job.name, dir, deployment, note)
  warmupMemory(dir).save(countsUpTo(tasks))
  const stretches = await stretchesBehind(tasks, planned, place, asked.until)
  return { stretches, models: await modelVersions(deployment, words.models) }
}

/** What there is to replay now, and the models that serve now. */
export async function scopeOf(
  { asked, words, place, deployment }: Pick<ReplayRequest, 'asked' | 'words' | 'place' | 'deployment'>,
  planned: Pick<Plan, 'stages'>,
): Promise<Scope> {
  const models = await modelVersions(deployment, words.models)
  return { models, stretches: await stretchesOf(planned, place, asked) }
}

async function work(
  running: Replay,
  copies: TopicCopies | undefined,
  manifest: Manifest,
  progress: ReplayProgress,
): Promise<Performed> {
  const stop = new StopSignals(
    () => {},
    () => {},
  )
  const records = recordsIn(manifest)
  progress.start(running, records)
  try {
    const counts = await alongside(copies, stop.signal, signal => running.work(signal))
    return { records, read: running.read, seconds: Math.round(progress.seconds * 1000) / 1000, counts }
  } finally {
    progress.stop()
    stop.release()
  }
}
