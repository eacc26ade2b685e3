import type { Target } from '../../backtest/why/target.ts'
import type { SchemaRegistry } from '../../engine/schema-registry.ts'
import type { Command } from '../command.ts'
import { placeOptions } from '../command.ts'
import type { Deployment } from '../config.ts'
import { loadDeployment } from '../config.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Flags } from '../flags.ts'
import { openRegistry } from '../home.ts'
import type { Io } from '../io.ts'
import { jsonLine, print } from '../io.ts'
import { topicIn } from '../job-topics.ts'
import { planJob } from '../load-job.ts'
import { loadSetJob, parameterOptions } from '../parameters.ts'
import { withPlace } from '../place/open-place.ts'
import { historyOf } from '../replay/history.ts'
import { rangeFlags, readRange } from '../replay/range-flags.ts'
import { styleFor } from '../reporter.ts'
import type { Explained } from '../why/explain.ts'
import { explain } from '../why/explain.ts'
import { paintFor } from '../why/paint.ts'
import { WhyProgress } from '../why/progress.ts'
import { chosenOf } from '../why/record-lines.ts'
import { readTarget, targetAt } from '../why/target.ts'
import { whyText } from '../why/why-text.ts'

const usualLimit = 20
const { from, until, models, model, archive } = rangeFlags

export const why: Command = {
  name: 'why',
  summary: 'say which input records made a row of an output, and how',
  operands: ['<job.ts>'],
  options: {
    topic: { value: 'NAME', help: 'the output topic with the row' },
    sink: { value: 'ID', help: 'the sink that wrote it instead: of a topic, or of a feature view' },
    key: { value: 'KEY', help: "the row's key in that topic, or the entity of the view" },
    window: {
      value: 'TIME',
      help: 'where its window begins, or its event time if it has none, as 2026-01-31T12:00:00Z',
    },
    at: { value: 'TOPIC/N@OFFSET', help: 'the row that lies there, instead of these three' },
    limit: { value: 'N', help: `show so many input records (default ${usualLimit})` },
    from,
    until,
    models,
    model,
    archive,
    ...parameterOptions,
    ...placeOptions,
    json: { help: 'print one JSON object' },
  },
  notes:
    'Runs the job over the history of its topics, apart from the live one, and watches what its steps do: it is the ' +
    'engine that says which records are in the row, which came too late and which a step let fall. Each step back that ' +
    'keeps state takes one more pass. Nothing is written. Exits with 1 where there is no such row, after saying why.',
  examples: [
    'headrace why job.ts --topic totals --key 42 --window 2026-01-31T12:00Z',
    'headrace why job.ts --at clicks.per-user/3@1234',
    'headrace why jobs/clickstream.ts --sink user-now --key 42',
    'headrace why job.ts --topic totals --key 42 --archive recorded --limit 100',
  ],
  run: async (flags, io) => {
    const deployment = await loadDeployment(flags, io)
    const limit = flags.whole('limit', 0) ?? usualLimit
    const schemas = openRegistry(deployment, text => io.err.write(`${text}\n`))
    try {
      const { explained, target } = await search(flags, io, deployment, schemas)
      if (explained === null) {
        io.err.write('stopped before it was clear\n')
        return exitCodes.aborted
      }
      tell(explained, target, limit, flags, io)
      return explained.row === null ? exitCodes.failed : exitCodes.ok
    } finally {
      schemas?.close()
    }
  },
}

async function search(
  flags: Flags,
  io: Io,
  deployment: Deployment,
  schemas: SchemaRegistry | undefined,
): Promise<{ explained: Explained | null; target: Target }> {
  const wanted = readTarget(flags)
  const { asked, words } = readRange(flags)
  const [file] = flags.operands
  const planned = planJob(await loadSetJob(file, flags, io))
  const target =
    'offset' in wanted
      ? await withPlace(deployment, io, place =>
          targetAt(wanted, topicIn(planned, wanted.topic), place, schemas),
        )
      : wanted
  // What is printed is the answer alone.
  const progress = new WhyProgress({ ...io, out: io.err }, styleFor({ ...io, out: io.err }, flags.on('json')))
  const history = historyOf(deployment, flags.text('archive'), io.cwd)
  const explained = await withPlace(
    history,
    io,
    place =>
      explain({ planned, target, asked, models: words.models ?? '', place, deployment, schemas, progress }),
    text => progress.note(text),
  )
  return { explained, target }
}

function tell(explained: Explained, target: Target, limit: number, flags: Flags, io: Io): void {
  if (flags.on('json')) {
    const { records } = explained
    const segments = explained.segments.map(segment => ({
      ...segment,
      explainedCount: segment.explained.length,
      explained: segment.explained.slice(0, limit),
      rows: segment.rows.slice(0, limit),
    }))
    const shown = { ...explained, segments, recordCount: records.length, records: chosenOf(records, limit) }
    print(io, jsonLine({ type: 'why', target, ...shown }))
    return
  }
  const width = Math.min(120, io.out.isTTY ? (io.out.columns ?? 80) : 100)
  print(io, ...whyText(explained, target, limit, width, paintFor(io.out)))
}
