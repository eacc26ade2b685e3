import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { messageOf } from '../../engine/errors.ts'
import type { Command } from '../command.ts'
import { placeOptions } from '../command.ts'
import { loadDeployment } from '../config.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Flags } from '../flags.ts'
import { usageError } from '../flags.ts'
import type { Io } from '../io.ts'
import { jsonLine, print } from '../io.ts'
import { existingFile } from '../load-module.ts'
import { loadConfiguredJob } from '../parameters.ts'
import { withPlace } from '../place/open-place.ts'
import { historyOf } from '../replay/history.ts'
import { rangeFlags, readRange } from '../replay/range-flags.ts'
import { styleFor } from '../reporter.ts'
import { combinationsOf } from '../sweep/combination.ts'
import { Comparison, comparisonFlags } from '../sweep/comparison.ts'
import { axesOf, gridOf } from '../sweep/grid.ts'
import { countNames } from '../sweep/metrics.ts'
import type { Done } from '../sweep/run-sweep.ts'
import { runSweep } from '../sweep/run-sweep.ts'
import { csvLines, sorted, sweepLines } from '../sweep/sweep-table.ts'

export const sweep: Command = {
  name: 'sweep',
  summary: 'replay a job with many values of its parameters, and tabulate the results',
  operands: ['<job.ts>'],
  options: {
    set: { value: 'NAME=A,B,C', multiple: true, help: 'values of a parameter of the job (needed)' },
    out: {
      value: 'DIR',
      help: 'a directory for the replays, each in one of its own: a new one, or that of the same sweep (needed)',
    },
    ...rangeFlags,
    ...comparisonFlags,
    metric: { value: 'NAME', multiple: true, help: 'a column of the table (default: those that differ)' },
    sort: { value: 'NAME[:desc]', help: 'order by this metric, the lowest first, or with :desc the highest' },
    workers: {
      value: 'N',
      help: 'threads of each replay (default: one a core, or one where the stretch is short)',
    },
    csv: { value: 'FILE', help: 'write the table to a file, too' },
    ...placeOptions,
    json: { help: 'print JSON lines: one a combination, then one summary' },
  },
  notes:
    'All combinations read the same records, those that are there when the sweep begins. One that is complete is not ' +
    'run again: a sweep that was stopped goes on with the same command, and one with more values runs only those. ' +
    'Metrics are read, rejected, late, seconds and rows:SINK; with --against equal, changed, onlyA and onlyB; with ' +
    '--labels alarms, alarmsPerDay, falseAlarms, found, missed, precision, recall and f1; with --interactions judged, ' +
    'recall@N and ndcg@N.',
  examples: [
    'headrace sweep jobs/clickstream.ts --set lateness=1s,2s,5s --out sweep',
    'headrace sweep job.ts --set size=10s,1m --set least=0,5 --out sweep',
    'headrace sweep job.ts --set least=1,2 --out sweep --topic out --against first',
  ],
  run: async (flags, io) => {
    const deployment = await loadDeployment(flags, io)
    const out = flags.text('out')
    if (out === undefined) throw usageError('--out is needed: a directory for the replays')
    if (flags.list('set').length === 0) throw usageError('--set is needed: a parameter and values of it')
    const range = readRange(flags)
    const grid = gridOf(axesOf(flags.list('set')))
    const [file] = flags.operands
    const job = await loadConfiguredJob(file, flags, io)
    const combinations = combinationsOf(job, grid, resolve(io.cwd, out))
    const [first] = combinations
    const comparison = await Comparison.open(flags, first, deployment, io)
    const names = [...new Set([...comparison.names, ...combinations.flatMap(one => countNames(one.planned))])]
    const columns = columnsOf(flags, names)
    const style = styleFor(io, flags.on('json'))
    const history = historyOf(deployment, flags.text('archive'), io.cwd)
    const threads = {
      workers: flags.text('workers') === undefined ? undefined : deployment.workers,
      path: existingFile(file, io.cwd, 'HR_JOB_FILE', 'a job'),
      history,
    }
    const request = {
      combinations,
      comparison,
      range,
      threads,
      out: resolve(io.cwd, out),
      deployment,
      style,
      io,
    }
    const done = await withPlace(history, io, place => runSweep({ ...request, place }))
    const rows = sorted(done, flags.text('sort'))
    tell(flags, rows, columns, combinations.length, io)
    return exitCodes.ok
  },
}

/** The metrics that are told: those that were asked for, or all. */
function columnsOf(flags: Flags, names: readonly string[]): readonly string[] {
  const wanted = flags.list('metric')
  const sort = flags.text('sort')?.replace(/:desc$/, '')
  const unknown = [...wanted, ...(sort === undefined ? [] : [sort])].find(name => !names.includes(name))
  if (unknown !== undefined)
    throw usageError(`there is no metric "${unknown}"; there are ${names.join(', ')}`)
  return wanted.length > 0 ? wanted : names
}

function tell(
  flags: Flags,
  rows: readonly Done[],
  columns: readonly string[],
  combinations: number,
  io: Io,
): void {
  const file = flags.text('csv')
  if (file !== undefined) writeCsv(resolve(io.cwd, file), csvLines(rows, columns))
  const [out, isComplete] = [flags.text('out'), rows.length === combinations]
  if (flags.on('json')) {
    for (const row of rows) print(io, jsonLine(combinationJson(row, columns)))
    print(io, jsonLine({ type: 'summary', combinations, done: rows.length, complete: isComplete, out }))
    return
  }
  const width = io.out.isTTY ? (io.out.columns ?? 80) : Number.POSITIVE_INFINITY
  print(io, '', ...sweepLines(rows, columns, flags.list('metric').length > 0, width), '')
  print(io, `${rows.length} of ${combinations} combinations: ${out}`)
  if (!isComplete) print(io, 'stopped before the end: the same command goes on from here')
}

function combinationJson({ planned, metrics, dir }: Done, columns: readonly string[]): object {
  const parameters = Object.fromEntries(planned.parameters.map(({ name, value }) => [name, value]))
  const chosen = Object.fromEntries(columns.map(name => [name, metrics[name] ?? null]))
  return { type: 'combination', parameters, metrics: chosen, dir }
}

function writeCsv(path: string, lines: readonly string[]): void {
  try {
    writeFileSync(path, `${lines.join('\n')}\n`)
  } catch (error) {
    throw usageError(`--csv: ${path} cannot be written: ${messageOf(error)}`, error)
  }
}
