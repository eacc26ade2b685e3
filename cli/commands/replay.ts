import { resolve } from 'node:path'
import { readManifest } from '../../backtest/manifest.ts'
import type { Report } from '../../backtest/report/report.ts'
import type { Command } from '../command.ts'
import { auditOption, placeOptions } from '../command.ts'
import { loadDeployment } from '../config.ts'
import { printReports, writePage } from '../diff/compare.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Flags } from '../flags.ts'
import { usageError } from '../flags.ts'
import type { Io } from '../io.ts'
import { jsonLine, print } from '../io.ts'
import { planJob } from '../load-job.ts'
import { existingFile } from '../load-module.ts'
import { loadSetJob, parameterOptions } from '../parameters.ts'
import { openPlace, withPlace } from '../place/open-place.ts'
import type { Place } from '../place/place.ts'
import { againstFlags, compareResults, readAgainst } from '../replay/against.ts'
import { checkpointFlag, readBeginning } from '../replay/checkpoint.ts'
import { historyOf } from '../replay/history.ts'
import type { Performed } from '../replay/perform.ts'
import { perform } from '../replay/perform.ts'
import { ReplayProgress } from '../replay/progress.ts'
import { rangeFlags } from '../replay/range-flags.ts'
import { assertFree, readTargets, targetFlags, targetWords } from '../replay/targets.ts'
import { styleFor } from '../reporter.ts'
import { summaryLines } from '../summary-text.ts'

export const replay: Command = {
  name: 'replay',
  summary: "run a job over a stretch of its topics' history, apart from the live job",
  operands: ['<job.ts>'],
  options: {
    out: {
      value: 'DIR',
      help: 'the directory that gets the results: a new one, or that of the same replay (needed)',
    },
    ...rangeFlags,
    ...checkpointFlag,
    ...parameterOptions,
    ...auditOption,
    workers: {
      value: 'N',
      help: 'threads that the partitions are spread over (default: one a core, or one where the stretch is short)',
    },
    speed: {
      value: 'X',
      help: "go X times as fast as the clock, by the records' times, for people to watch (default: as fast as can be)",
    },
    ...targetFlags,
    ...againstFlags,
    ...placeOptions,
    json: { help: 'print JSON lines: one status a second, then one summary' },
  },
  notes:
    'Reads the topics of the deployment and writes nothing there: outputs, state, features and series go to --out, a ' +
    'data directory of its own that every command takes with --data. With --to-topics, --to-redis and --to-bucket they ' +
    'go to systems of the deployment, to places where nothing else is. What the live job noted, such as when an input ' +
    'fell idle, is repeated, so that the results are those of the live job. Stopped, the same command goes on. With ' +
    '--against it exits as `headrace diff` does: with 1 if something differs.',
  examples: [
    'headrace replay jobs/clickstream.ts --out backtest',
    'headrace replay job.ts --out backtest --from 2026-01-31 --warmup 1d',
    'headrace replay job.ts --out backtest --archive recorded',
    'headrace replay job.ts --out backtest --against live --html diff.html',
    'headrace replay job.ts --out backtest --checkpoint saved --against live',
    'headrace replay job.ts --out new --to-topics new- --to-redis new:',
    'headrace replay job.ts --out demo --from 2026-01-31T12:00 --speed 10',
  ],
  run: async (flags, io) => {
    const deployment = await loadDeployment(flags, io)
    const out = flags.text('out')
    if (out === undefined) throw usageError('--out is needed: the directory that gets the results')
    const choice = readBeginning(flags, deployment, io)
    const [file] = flags.operands
    const planned = planJob(await loadSetJob(file, flags, io))
    const against = readAgainst(flags, planned, io)
    const targets = readTargets(flags, deployment)
    const words = { ...choice.words, ...targetWords(targets) }
    const progress = new ReplayProgress(io, styleFor(io, flags.on('json')))
    const history = historyOf(deployment, flags.text('archive'), io.cwd)
    const dir = resolve(io.cwd, out)
    const threads = {
      workers: flags.text('workers') === undefined ? undefined : deployment.workers,
      path: existingFile(file, io.cwd, 'HR_JOB_FILE', 'a job'),
      history,
    }
    const speed = readSpeed(flags)
    if (readManifest(dir) === undefined) {
      await assertFree(targets, planned, deployment, () => openPlace(deployment, io))
    }
    const request = { planned, ...choice, words, dir, deployment, progress, threads, speed, targets }
    const work = async (place: Place) => {
      const performed = await perform({ ...request, place })
      if (performed.counts === undefined || against === undefined) return { performed, reports: [] }
      return { performed, reports: await compareResults(against, out, planned, deployment, flags, io) }
    }
    const { performed, reports } = await withPlace(history, io, work, text => progress.note(text))
    tell(performed, reports, dir, flags, io)
    return reports.every(({ isEqual }) => isEqual) ? exitCodes.ok : exitCodes.failed
  },
}

function readSpeed(flags: Flags): number | undefined {
  const text = flags.text('speed')
  if (text === undefined) return undefined
  const speed = Number(text)
  if (speed > 0 && Number.isFinite(speed)) return speed
  throw usageError(`--speed is "${text}"; allowed: a number above 0, as 10`)
}

function tell(
  { counts, ...figures }: Performed,
  reports: readonly Report[],
  dir: string,
  flags: Flags,
  io: Io,
): void {
  const { read, seconds } = figures
  const page = reports.length === 0 ? undefined : writePage(flags, reports, io)
  if (flags.on('json')) {
    const state = { complete: counts !== undefined, dir, ...counts }
    print(
      io,
      jsonLine({ type: 'summary', ...figures, ...state, ...(reports.length > 0 && { against: reports }) }),
    )
    return
  }
  if (counts === undefined) {
    print(io, 'stopped before the end: the same command goes on from here')
    return
  }
  const rate = Math.round(read / seconds).toLocaleString('en')
  print(io, ...summaryLines({ ...counts, commits: 0, seconds }).slice(0, -1))
  print(io, `${read.toLocaleString('en')} records in ${seconds.toFixed(1)} s, ${rate} a second: ${dir}`)
  if (reports.length > 0) {
    print(io, '')
    printReports(reports, page, io)
  }
}
