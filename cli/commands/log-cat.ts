import { once } from 'node:events'
import { PartitionReader } from '../../connectors/log/partition-reader.ts'
import { describeTopic, partitionDirectory } from '../../connectors/log/topic-store.ts'
import type { PartitionSource } from '../../engine/home.ts'
import type { Command } from '../command.ts'
import { placeOptions } from '../command.ts'
import { loadDeployment } from '../config.ts'
import type { Flags } from '../flags.ts'
import { usageError } from '../flags.ts'
import { openHome } from '../home.ts'
import type { Io } from '../io.ts'
import { topicOfJob } from '../job-topics.ts'
import type { LogRecord } from '../record-reader.ts'
import { RecordReader } from '../record-reader.ts'
import { recordJson, recordLine } from '../record-text.ts'
import { StopSignals } from '../stop-signals.ts'

export const logCat: Command = {
  name: 'log cat',
  summary: 'print the records of a topic of the embedded log',
  operands: ['<topic>'],
  options: {
    ...placeOptions,
    partition: { value: 'N', help: 'only this partition' },
    from: {
      value: 'WHERE',
      help: 'earliest (default), latest, an offset, or a time as 2026-01-31T12:00:00Z',
    },
    limit: { value: 'N', help: 'stop after so many records' },
    follow: { help: 'wait for more, until Ctrl-C' },
    job: { value: 'FILE', help: "decode the values as this job's topic says, else as what they look like" },
    json: { help: 'print JSON lines' },
  },
  examples: [
    'headrace log cat clicks --limit 5',
    'headrace log cat clicks.per-user --job jobs/clickstream.ts --follow --json',
    'headrace log cat clickstream.dead-letter',
  ],
  run: async (flags, io) => {
    const deployment = await loadDeployment(flags, io)
    const [topic] = flags.operands
    const limit = flags.whole('limit', 0) ?? Number.POSITIVE_INFINITY
    const start = parseStart(flags.text('from') ?? 'earliest')
    const jobFile = flags.text('job')
    const spec = jobFile === undefined ? undefined : await topicOfJob(jobFile, topic, io.cwd)
    const home = openHome(deployment)
    const readers: RecordReader[] = []
    try {
      for (const partition of partitionsOf(flags, deployment.dataDir, topic)) {
        const source = await home.openSource(topic, partition)
        const reader = new RecordReader(topic, partition, source, spec)
        readers.push(reader)
        reader.seek(start.offsetIn(source, partitionDirectory(deployment.dataDir, topic, partition)))
      }
      const line = flags.on('json') ? (record: LogRecord) => recordJson(topic, record) : recordLine
      const since = start.time
      await printRecords(readers, { line, since, limit, follow: flags.on('follow') }, io)
    } finally {
      for (const reader of readers) reader.close()
    }
    return undefined
  },
}

interface Start {
  /** Records before this time are passed over. */
  readonly time: number
  offsetIn(source: PartitionSource, directory: string): number
}

function parseStart(text: string): Start {
  const time = Number.NEGATIVE_INFINITY
  if (text === 'earliest') return { time, offsetIn: source => source.startOffset() }
  if (text === 'latest') return { time, offsetIn: source => source.endOffset() }
  if (/^\d+$/.test(text)) return { time, offsetIn: source => within(source, Number(text)) }
  const since = Date.parse(text)
  if (Number.isNaN(since))
    throw usageError(`--from is "${text}"; allowed: earliest, latest, an offset, a time in ISO form`)
  return { time: since, offsetIn: (_, directory) => offsetAt(directory, since) }
}

/** Partitions differ in length: where one has no such offset, its first or its end. */
function within(source: PartitionSource, offset: number): number {
  return Math.min(Math.max(offset, source.startOffset()), source.endOffset())
}

function offsetAt(directory: string, time: number): number {
  const reader = PartitionReader.open(directory)
  try {
    return reader.offsetForTime(time)
  } finally {
    reader.close()
  }
}

function partitionsOf(flags: Flags, dataDir: string, topic: string): number[] {
  const { partitions } = describeTopic(dataDir, topic)
  const only = flags.whole('partition', 0, partitions - 1)
  return only === undefined ? Array.from({ length: partitions }, (_, partition) => partition) : [only]
}

interface Printing {
  readonly line: (record: LogRecord) => string
  readonly since: number
  readonly limit: number
  readonly follow: boolean
}

async function printRecords(
  readers: readonly RecordReader[],
  { line, since, limit, follow }: Printing,
  io: Io,
) {
  const stop = follow
    ? new StopSignals(
        () => {},
        () => {},
      )
    : undefined
  try {
    let left = limit
    for (;;) {
      let found = false
      for (const reader of readers) {
        let records: LogRecord[]
        while (left > 0 && (records = await reader.read()).length > 0) {
          const wanted = records.filter(record => record.timestamp >= since).slice(0, left)
          left -= wanted.length
          found = true
          if (!io.out.write(wanted.map(record => `${line(record)}\n`).join(''))) await once(io.out, 'drain')
          if (stop?.signal.aborted) return
        }
      }
      if (left === 0 || stop === undefined || stop.signal.aborted) return
      if (!found) await anyChange(readers, stop.signal)
    }
  } finally {
    stop?.release()
  }
}

async function anyChange(readers: readonly RecordReader[], signal: AbortSignal): Promise<void> {
  const done = new AbortController()
  const either = AbortSignal.any([signal, done.signal])
  await Promise.race(readers.map(({ source }) => source.changed(either)))
  done.abort()
}
