import { once } from 'node:events'
import type { Command } from '../command.ts'
import { placeOptions } from '../command.ts'
import { loadDeployment } from '../config.ts'
import type { Flags } from '../flags.ts'
import { openRegistry } from '../home.ts'
import type { Io } from '../io.ts'
import { topicOfJob } from '../job-topics.ts'
import { withPlace } from '../place/open-place.ts'
import type { LogRecord } from '../record-reader.ts'
import { RecordReader } from '../record-reader.ts'
import { recordJson, recordLine } from '../record-text.ts'
import { StopSignals } from '../stop-signals.ts'
import type { Where } from '../where.ts'
import { offsetsAt, parseWhere, whereHelp } from '../where.ts'

export const logCat: Command = {
  name: 'log cat',
  summary: 'print the records of a topic of Kafka or of the embedded log',
  operands: ['<topic>'],
  options: {
    ...placeOptions,
    partition: { value: 'N', help: 'only this partition' },
    from: {
      value: 'WHERE',
      help: `${whereHelp} (default earliest)`,
    },
    limit: { value: 'N', help: 'stop after so many records' },
    follow: { help: 'wait for more, until Ctrl-C' },
    job: { value: 'FILE', help: "decode the values as this job's topic says, else as what they look like" },
    json: { help: 'print JSON lines' },
  },
  notes:
    'Prints what is committed: records of transactions that are open or were aborted are not there. Without --follow ' +
    'it ends at what was there when it began, partition by partition.',
  examples: [
    'headrace log cat clicks --limit 5',
    'headrace log cat clicks.per-user --job jobs/clickstream.ts --follow --json',
    'headrace log cat clickstream.dead-letter',
  ],
  run: async (flags, io) => {
    const deployment = await loadDeployment(flags, io)
    const [topic] = flags.operands
    const limit = flags.whole('limit', 0) ?? Number.POSITIVE_INFINITY
    const from = parseWhere(flags.text('from') ?? 'earliest', 'from')
    const jobFile = flags.text('job')
    const spec = jobFile === undefined ? undefined : await topicOfJob(jobFile, topic, io.cwd)
    const line = flags.on('json') ? (record: LogRecord) => recordJson(topic, record) : recordLine
    return withPlace(deployment, io, async place => {
      const schemas = openRegistry(deployment, text => io.err.write(`${text}\n`))
      const [starts, ends] = [await offsetsAt(place, topic, from), await place.offsets(topic, 'latest')]
      const readers: Reading[] = []
      try {
        for (const partition of partitionsOf(flags, starts.length)) {
          const source = await place.openSource(topic, partition)
          const reader = new RecordReader(topic, partition, source, spec, schemas)
          reader.seek(starts[partition])
          readers.push({ reader, end: ends[partition] })
        }
        const printer = new Printer(io, line, sinceOf(from), limit)
        if (flags.on('follow')) await follow(readers, printer)
        else for (const reading of readers) await readToEnd(reading, printer)
      } finally {
        for (const { reader } of readers) reader.close()
        schemas?.close()
      }
      return undefined
    })
  },
}

interface Reading {
  readonly reader: RecordReader
  readonly end: number
}

/** A batch may begin with records that are older than the time that was asked for. */
function sinceOf(from: Where): number {
  return 'moment' in from && typeof from.moment === 'number' ? from.moment : Number.NEGATIVE_INFINITY
}

function partitionsOf(flags: Flags, count: number): number[] {
  const only = flags.whole('partition', 0, count - 1)
  return only === undefined ? Array.from({ length: count }, (_, partition) => partition) : [only]
}

/** Prints records until there are enough of them. */
class Printer {
  private readonly io: Io
  private readonly line: (record: LogRecord) => string
  private readonly since: number
  private left: number

  constructor(io: Io, line: (record: LogRecord) => string, since: number, limit: number) {
    this.io = io
    this.line = line
    this.since = since
    this.left = limit
  }

  get isFull(): boolean {
    return this.left <= 0
  }

  async print(records: readonly LogRecord[]): Promise<void> {
    const { out } = this.io
    const wanted = records.filter(({ timestamp }) => timestamp >= this.since).slice(0, this.left)
    this.left -= wanted.length
    const text = wanted.map(record => `${this.line(record)}\n`).join('')
    if (!out.write(text)) await once(out, 'drain')
  }
}

async function readToEnd({ reader, end }: Reading, printer: Printer): Promise<void> {
  const { signal } = new AbortController()
  while (!printer.isFull && reader.position < end) {
    const records = await reader.read()
    if (records.length > 0) await printer.print(records.filter(({ offset }) => offset < end))
    else if (reader.position < end) await reader.source.changed(signal)
  }
}

async function follow(readers: readonly Reading[], printer: Printer): Promise<void> {
  const stop = new StopSignals(
    () => {},
    () => {},
  )
  const { signal } = stop
  try {
    while (!printer.isFull && !signal.aborted) {
      let found = false
      for (const { reader } of readers) {
        const records = await reader.read()
        if (records.length > 0) found = true
        await printer.print(records)
      }
      if (!found) await anyChange(readers, signal)
    }
  } finally {
    stop.release()
  }
}

async function anyChange(readers: readonly Reading[], signal: AbortSignal): Promise<void> {
  const done = new AbortController()
  const either = AbortSignal.any([signal, done.signal])
  await Promise.race(readers.map(({ reader }) => reader.source.changed(either)))
  done.abort()
}
