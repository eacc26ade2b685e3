import { resolve } from 'node:path'
import type { Command } from '../command.ts'
import { placeOptions } from '../command.ts'
import { loadDeployment } from '../config.ts'
import { exitCodes } from '../exit-codes.ts'
import { usageError } from '../flags.ts'
import type { Io } from '../io.ts'
import { jsonLine, print } from '../io.ts'
import { planJob } from '../load-job.ts'
import { loadSetJob, parameterOptions } from '../parameters.ts'
import { withPlace } from '../place/open-place.ts'
import { checkpointFlag, readBeginning } from '../replay/checkpoint.ts'
import { historyOf } from '../replay/history.ts'
import type { Performed } from '../replay/perform.ts'
import { perform } from '../replay/perform.ts'
import { ReplayProgress } from '../replay/progress.ts'
import { rangeFlags } from '../replay/range-flags.ts'
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
    const choice = readBeginning(flags, deployment, io)
    const [file] = flags.operands
    const planned = planJob(await loadSetJob(file, flags, io))
    const progress = new ReplayProgress(io, styleFor(io, flags.on('json')))
    const history = historyOf(deployment, flags.text('archive'), io.cwd)
    const dir = resolve(io.cwd, out)
    const performed = await withPlace(
      history,
      io,
      place => perform({ planned, ...choice, place, dir, deployment, progress }),
      text => progress.note(text),
    )
    tell(performed, dir, flags.on('json'), io)
    return exitCodes.ok
  },
}

function tell({ counts, ...figures }: Performed, dir: string, json: boolean, io: Io): void {
  const { read, seconds } = figures
  if (json) {
    print(io, jsonLine({ type: 'summary', ...figures, complete: counts !== undefined, dir, ...counts }))
    return
  }
  if (counts === undefined) {
    print(io, 'stopped before the end: the same command goes on from here')
    return
  }
  const rate = Math.round(read / seconds).toLocaleString('en')
  print(io, ...summaryLines({ ...counts, commits: 0, seconds }).slice(0, -1))
  print(io, `${read.toLocaleString('en')} records in ${seconds.toFixed(1)} s, ${rate} a second: ${dir}`)
}
