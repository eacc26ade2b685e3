import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Manifest } from '../../backtest/manifest.ts'
import { knownReplay, recordsIn, writeManifest } from '../../backtest/manifest.ts'
import type { WarmupMemory } from '../../backtest/replay.ts'
import { Replay } from '../../backtest/replay.ts'
import { ModelFolder } from '../../connectors/onnx/model-folder.ts'
import type { Plan } from '../../engine/graph/plan.ts'
import type { TaskMark } from '../../engine/home.ts'
import type { Counts } from '../../engine/progress.ts'
import type { Duration } from '../../engine/time/duration.ts'
import { durationMs } from '../../engine/time/duration.ts'
import type { Command } from '../command.ts'
import { placeOptions } from '../command.ts'
import type { Deployment } from '../config.ts'
import { loadDeployment } from '../config.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Flags } from '../flags.ts'
import { usageError } from '../flags.ts'
import { openHome, openRegistry } from '../home.ts'
import type { Io } from '../io.ts'
import { jsonLine, print } from '../io.ts'
import { loadJob, planJob } from '../load-job.ts'
import { modelOptions, openModels } from '../models.ts'
import { withPlace } from '../place/open-place.ts'
import type { Place } from '../place/place.ts'
import { ReplayProgress } from '../replay-progress.ts'
import type { Asked } from '../replay-range.ts'
import { stretchesOf } from '../replay-range.ts'
import { styleFor } from '../reporter.ts'
import { StopSignals } from '../stop-signals.ts'
import { embeddedOnly, openStores, storeOptions } from '../stores.ts'
import { summaryLines } from '../summary-text.ts'
import { parseWhere, whereHelp } from '../where.ts'

export const replay: Command = {
  name: 'replay',
  summary: "run a job over a stretch of its topics' history, apart from the live job",
  operands: ['<job.ts>'],
  options: {
    out: {
      value: 'DIR',
      help: 'the directory that gets the results: a new one, or that of the same replay (needed)',
    },
    from: { value: 'WHERE', help: `${whereHelp} (default earliest)` },
    until: { value: 'WHERE', help: 'the same; where the topics end now without it' },
    warmup: {
      value: 'DURATION',
      help: 'how long before --from the records begin that fill the state, as 1d',
    },
    models: { value: 'DIR', help: 'the directory of the models (HEADRACE_MODELS; default .headrace/models)' },
    model: { value: 'NAME=N', multiple: true, help: 'score with this version, whichever serves' },
    archive: { value: 'DIR', help: 'history that `headrace record` has copied, instead of the live topics' },
    ...placeOptions,
    json: { help: 'print JSON lines: one status a second, then one summary' },
  },
  notes:
    'Reads the topics of the deployment and writes nothing there: outputs, state, features and series go to --out, a ' +
    'data directory of its own that every command takes with --data. What the live job noted, such as when an input ' +
    'fell idle, is repeated, so that the results are those of the live job. Stopped, the same command goes on.',
  examples: [
    'headrace replay jobs/clickstream.ts --out backtest',
    'headrace replay job.ts --out backtest --from 2026-01-31 --warmup 1d',
    'headrace replay job.ts --out backtest --archive recorded',
  ],
  run: async (flags, io) => {
    const deployment = await loadDeployment(flags, io)
    const out = flags.text('out')
    if (out === undefined) throw usageError('--out is needed: the directory that gets the results')
    const words = {
      from: flags.text('from') ?? 'earliest',
      until: flags.text('until') ?? 'latest',
      warmup: flags.text('warmup') ?? '0',
      ...(flags.list('model').length > 0 && { models: flags.list('model').join(',') }),
    }
    const asked = {
      from: parseWhere(words.from, 'from'),
      until: parseWhere(words.until, 'until'),
      warmupMs: words.warmup === '0' ? 0 : durationMs(words.warmup as Duration, '--warmup'),
    }
    const [file] = flags.operands
    const job = await loadJob(file, io.cwd)
    const planned = planJob(job)
    const progress = new ReplayProgress(io, styleFor(io, flags.on('json')))
    const history = historyOf(deployment, flags, io)
    const note = (text: string) => progress.note(text)
    const request = { planned, asked, words, dir: resolve(io.cwd, out), deployment, progress, note, io }
    return withPlace(history, io, place => replayOf({ ...request, place, json: flags.on('json') }), note)
  },
}

/** Where the history is: that of the deployment, or an archive. */
function historyOf(deployment: Deployment, flags: Flags, io: Io): Deployment {
  const archive = flags.text('archive')
  return archive === undefined
    ? deployment
    : { ...deployment, dataDir: resolve(io.cwd, archive), kafka: undefined }
}

interface Request {
  readonly planned: Plan
  readonly asked: Asked
  readonly words: Manifest['asked']
  readonly place: Place
  readonly dir: string
  readonly deployment: Deployment
  readonly progress: ReplayProgress
  readonly note: (text: string) => void
  readonly json: boolean
  readonly io: Io
}

async function replayOf(request: Request): Promise<number> {
  const { planned, asked, words, place, dir, deployment, note } = request
  const { job } = planned
  const name = { job: job.name, history: place.where, asked: words }
  const known = knownReplay(dir, name)
  const manifest = known ?? {
    ...{ format: 1 as const, ...name },
    models: await versionsOf(deployment, words.models),
    stretches: await stretchesOf(planned, place, asked),
  }
  if (known === undefined) writeManifest(dir, manifest)
  else note(`going on with the replay in ${dir}`)
  const apart = { ...deployment, dataDir: dir, kafka: undefined, fsync: 'never' as const }
  const results = openHome(apart)
  const stores = await openStores(embeddedOnly(storeOptions(apart)), note)
  const schemas = openRegistry(deployment, note)
  const models = openModels(deployment, note)
  const marks = ofFirstStages(planned, await place.marks(job.name))
  const history = {
    ...nothingElse,
    partitions: place.partitions.bind(place),
    openSource: place.openSource.bind(place),
  }
  try {
    const running = new Replay(
      { job, manifest, history, results, stores, schemas, models, marks, commitEveryMs: deployment.commitMs },
      memoryIn(dir),
    )
    return await work(running, manifest, request)
  } finally {
    schemas?.close()
    await models.close()
    await stores.close()
    await results.close()
  }
}

const nothingElse = {
  createTopic: async () => {
    throw usageError('a replay makes no topic where history is')
  },
  close: async () => {},
}

/** The versions that serve now, or those that are asked for: they are written down, so that they stay the same. */
async function versionsOf(deployment: Deployment, asked = ''): Promise<Record<string, number>> {
  const folder = new ModelFolder(modelOptions(deployment).dir)
  const found: Record<string, number> = {}
  for (const name of await folder.models()) {
    const serving = await folder.servingOrNone(name)
    if (serving !== undefined) found[name] = serving.version
  }
  for (const pair of asked.split(',').filter(Boolean)) {
    const [, name, version] = /^(.+)=([1-9]\d*)$/.exec(pair) ?? []
    if (name === undefined) throw usageError(`--model is "${pair}": a name and a version, as anomaly=2`)
    found[name] = Number(version)
  }
  return found
}

/** What a later stage reads lies elsewhere in a replay, so that its marks have no place there. */
function ofFirstStages({ stages }: Plan, marks: readonly TaskMark[]): TaskMark[] {
  const first = stages.filter(({ inputs }) => inputs.every(({ from }) => from === undefined))
  return marks.filter(({ task }) => first.some(({ number }) => task.startsWith(`${number}-`)))
}

function memoryIn(dir: string): WarmupMemory {
  const file = join(dir, 'warmup.json')
  return {
    load: () => {
      try {
        return JSON.parse(readFileSync(file, 'utf8')) as Counts
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
        throw error
      }
    },
    save: counts => {
      writeFileSync(`${file}.new`, JSON.stringify(counts))
      renameSync(`${file}.new`, file)
    },
  }
}

async function work(running: Replay, manifest: Manifest, request: Request): Promise<number> {
  const { progress, json, io, dir } = request
  const stop = new StopSignals(
    () => {},
    () => {},
  )
  progress.start(running, recordsIn(manifest))
  let counts: Counts | undefined
  try {
    counts = await running.work(stop.signal)
  } finally {
    progress.stop()
    stop.release()
  }
  const seconds = Math.round(progress.seconds * 1000) / 1000
  const summary = {
    records: recordsIn(manifest),
    read: running.read,
    seconds,
    complete: counts !== undefined,
    dir,
  }
  if (json) print(io, jsonLine({ type: 'summary', ...summary, ...counts }))
  else if (counts === undefined) print(io, 'stopped before the end: the same command goes on from here')
  else {
    const rate = Math.round(running.read / seconds).toLocaleString('en')
    print(io, ...summaryLines({ ...counts, commits: 0, seconds }).slice(0, -1))
    print(
      io,
      `${running.read.toLocaleString('en')} records in ${seconds.toFixed(1)} s, ${rate} a second: ${dir}`,
    )
  }
  return exitCodes.ok
}
