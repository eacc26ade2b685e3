import type { Command } from '../command.ts'
import { placeOptions } from '../command.ts'
import { loadDeployment } from '../config.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Flags } from '../flags.ts'
import type { Io } from '../io.ts'
import { jsonLine, print } from '../io.ts'
import { planJob } from '../load-job.ts'
import { loadSetJob, parameterOptions } from '../parameters.ts'
import { withPlace } from '../place/open-place.ts'
import { historyOf } from '../replay/history.ts'
import { rangeFlags, readRange } from '../replay/range-flags.ts'
import { styleFor } from '../reporter.ts'
import { StopSignals } from '../stop-signals.ts'
import { tableLines } from '../table.ts'
import type { Exported } from '../training-set/export.ts'
import { exportTrainingSet } from '../training-set/export.ts'
import { readTrainingSetFlags, trainingSetFlags } from '../training-set/flags.ts'
import { ExportProgress } from '../training-set/progress.ts'

export const featuresExport: Command = {
  name: 'features export',
  summary: 'write a training set: for each label the features as they were then',
  operands: ['<job.ts>'],
  options: {
    ...trainingSetFlags,
    ...rangeFlags,
    from: { value: 'TIME', help: 'leave out labels before, and records but for the warm-up (default: none)' },
    until: { value: 'TIME', help: 'leave out labels from then on (default: none)' },
    warmup: {
      value: 'DURATION',
      help: 'how long before --from the records begin, which fill windows and views',
    },
    ...parameterOptions,
    ...placeOptions,
    json: { help: 'print JSON lines: one status a second, then one summary' },
  },
  notes:
    'Runs the job over the history and reads its views at the time of each label: what had come by then, by the ' +
    'timestamps of the records, is known, and nothing else. Rows come in the order of time. Nothing is written to ' +
    'the topics, features and series of the deployment.',
  examples: [
    'headrace features export job.ts --labels bought.csv --out train.parquet',
    'headrace features export job.ts --labels churn.jsonl --time at --out t.arrow',
    'headrace features export job.ts --labels l.csv --out t.arrow --archive past',
  ],
  run: async (flags, io) => {
    const deployment = await loadDeployment(flags, io)
    const range = readRange(flags)
    const [file] = flags.operands
    const planned = planJob(await loadSetJob(file, flags, io))
    const choice = readTrainingSetFlags(flags, planned, io.cwd)
    const progress = new ExportProgress(io, styleFor(io, flags.on('json')))
    const stop = new StopSignals(
      () => {},
      () => {},
    )
    try {
      const exported = await withPlace(
        historyOf(deployment, flags.text('archive'), io.cwd),
        io,
        place =>
          exportTrainingSet({ planned, choice, range, place, deployment, progress, signal: stop.signal }),
        text => progress.note(text),
      )
      progress.stop()
      tell(exported, progress.seconds, flags, io)
      return exitCodes.ok
    } catch (error) {
      if (!stop.signal.aborted) throw error
      progress.stop()
      progress.note('stopped: nothing was written')
      return exitCodes.failed
    } finally {
      progress.stop()
      stop.release()
    }
  },
}

function tell(exported: Exported, seconds: number, flags: Flags, io: Io): void {
  const { rows, outside, read, columns, views } = exported
  const file = flags.text('out')
  if (flags.on('json')) {
    print(io, jsonLine({ type: 'summary', ...exported, seconds: Math.round(seconds * 1000) / 1000, file }))
    return
  }
  const cells = views.map(({ view, version, found }) => {
    return [view, String(version), found.toLocaleString('en'), rows === 0 ? '' : `${percent(found / rows)}%`]
  })
  const numbers = ['version', 'rows with features', '']
  print(io, ...tableLines(['view', ...numbers], cells, numbers), '')
  if (outside > 0) print(io, `${counted(outside, 'label')} outside of the stretch left out`)
  const what = `${counted(rows, 'row')} of ${counted(columns.length, 'column')}`
  print(io, `${what}, ${counted(read, 'record')} read, in ${seconds.toFixed(1)} s: ${file}`)
}

function counted(count: number, what: string): string {
  return `${count.toLocaleString('en')} ${what}${count === 1 ? '' : 's'}`
}

function percent(share: number): string {
  return (Math.floor(share * 1000) / 10).toFixed(1)
}
