import { resolve } from 'node:path'
import { limits } from '../../engine/limits.ts'
import type { Command } from '../command.ts'
import { placeOptions } from '../command.ts'
import { loadDeployment } from '../config.ts'
import { exitCodes } from '../exit-codes.ts'
import { usageError } from '../flags.ts'
import { jsonLine, print } from '../io.ts'
import { planJob } from '../load-job.ts'
import { loadSetJob, parameterOptions } from '../parameters.ts'
import { withPlace } from '../place/open-place.ts'
import { capture } from '../reference/capture.ts'
import { writeReference } from '../reference/reference-file.ts'
import { stretchesOf } from '../replay/range.ts'
import { StopSignals } from '../stop-signals.ts'
import { parseWhere, whereHelp } from '../where.ts'

const usualRows = 100_000

export const referenceCapture: Command = {
  name: 'reference capture',
  summary: 'make a reference for drift of the rows that a step takes in',
  operands: ['<job.ts>'],
  options: {
    step: { value: 'ID', help: 'the step, such as one of drift (needed)' },
    out: { value: 'FILE', help: 'the JSON file that gets the reference (needed)' },
    fields: {
      value: 'LIST',
      help: 'columns, as a,b (default: those of the drift step, or all that can be watched)',
    },
    rows: {
      value: 'N',
      help: `stop after so many rows, at most ${limits.referenceRows} (default ${usualRows})`,
    },
    from: { value: 'WHERE', help: `${whereHelp} (default earliest)` },
    until: { value: 'WHERE', help: 'the same; where the topics end now without it' },
    models: { value: 'DIR', help: 'the directory of the models (HEADRACE_MODELS; default .headrace/models)' },
    ...parameterOptions,
    ...placeOptions,
    json: { help: 'print one JSON line' },
  },
  notes:
    'Runs the job over its topics from --from on, apart from the live one: it is not touched, and nothing is written to ' +
    'its topics, features and series. Choose a stretch in which all was well. The job imports the file as a JSON module.',
  examples: [
    'headrace reference capture jobs/clickstream.ts --step users --out users.json',
    'headrace reference capture job.ts --step watch --rows 5000 --out watch.json',
  ],
  run: async (flags, io) => {
    const deployment = await loadDeployment(flags, io)
    const [file] = flags.operands
    const [step, out] = [flags.text('step'), flags.text('out')]
    if (step === undefined) throw usageError('--step is needed: the id of a step of the job')
    if (out === undefined) throw usageError('--out is needed: the file that gets the reference')
    const rows = flags.whole('rows', 1, limits.referenceRows) ?? usualRows
    const from = parseWhere(flags.text('from') ?? 'earliest', 'from')
    const until = parseWhere(flags.text('until') ?? 'latest', 'until')
    const job = await loadSetJob(file, flags, io)
    const planned = planJob(job)
    const fields = flags.text('fields')?.split(',')
    const note = (text: string) => io.err.write(`${text}\n`)
    return withPlace(deployment, io, async place => {
      const stretches = await stretchesOf(planned, place, { from, until, warmupMs: 0 })
      const stop = new StopSignals(
        () => note('stopping: the reference has the rows so far'),
        () => note('aborted'),
      )
      const request = { planned, step, fields, rows, place, stretches, deployment, note }
      const reference = await capture(request, stop.signal).finally(() => stop.release())
      writeReference(resolve(io.cwd, out), reference)
      const told = { version: reference.version, rows: reference.rows, fields: Object.keys(reference.fields) }
      if (flags.on('json')) print(io, jsonLine({ type: 'reference', step, file: out, ...told }))
      else print(io, `${told.rows.toLocaleString('en')} rows of ${step}, version ${told.version}: ${out}`)
      return exitCodes.ok
    })
  },
}
