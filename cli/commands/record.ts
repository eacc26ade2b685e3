import { resolve } from 'node:path'
import type { Command } from '../command.ts'
import { placeOptions } from '../command.ts'
import { loadDeployment } from '../config.ts'
import { exitCodes } from '../exit-codes.ts'
import { usageError } from '../flags.ts'
import { kafkaOptions } from '../home.ts'
import type { Io } from '../io.ts'
import { jsonLine, print } from '../io.ts'
import { withPlace } from '../place/open-place.ts'
import type { Place } from '../place/place.ts'
import { RecordProgress } from '../record-progress.ts'
import { Recording } from '../recording.ts'
import { styleFor } from '../reporter.ts'
import { StopSignals } from '../stop-signals.ts'
import { tableLines } from '../table.ts'
import type { Style } from '../teller.ts'
import { shortBytes } from '../units.ts'
import { parseWhere, whereHelp } from '../where.ts'

export const record: Command = {
  name: 'record',
  summary: 'copy a topic of Kafka or of the embedded log into a directory of its own',
  operands: ['<topic>'],
  options: {
    to: { value: 'DIR', help: 'the data directory that gets the copy (needed)' },
    from: { value: 'WHERE', help: `${whereHelp} (default earliest)` },
    until: { value: 'WHERE', help: 'the same; where the topic ends now without it' },
    ...placeOptions,
    json: { help: 'print JSON lines: one status a second, then one summary' },
  },
  notes:
    'Copies record batches as they are, at the offsets that they have, whole: at either end up to a batch more than ' +
    'was asked for. Only what is committed is copied; marks of transactions and what was aborted leave gaps in the ' +
    'offsets. Where the directory has the topic already, the copy goes on where it ends. A job reads it as any ' +
    'topic: `headrace run <job.ts> --data DIR`.',
  examples: [
    'headrace record clicks --to recorded --brokers localhost:9092',
    'headrace record clicks --to recorded --from 2026-01-31 --until 2026-02-01',
    'headrace record clicks --to golden/hour/slice --data .headrace',
    'headrace log cat clicks --data recorded --limit 5',
  ],
  run: async (flags, io) => {
    const deployment = await loadDeployment(flags, io)
    const [topic] = flags.operands
    const to = flags.text('to')
    if (to === undefined) throw usageError('--to is needed: the data directory that gets the copy')
    const dir = resolve(io.cwd, to)
    if (kafkaOptions(deployment) === undefined && dir === deployment.dataDir) {
      throw usageError(`--to is ${to}, where the topic is: the copy goes to a directory of its own`)
    }
    const style = styleFor(io, flags.on('json'))
    const from = flags.text('from')
    const progress = new RecordProgress(io, style)
    const note = (text: string) => progress.note(text)
    const open = async (place: Place) => {
      const recording = await Recording.open({
        ...{ place, topic, dir, note, segmentBytes: deployment.segmentBytes },
        from: from === undefined ? undefined : parseWhere(from, 'from'),
        until: parseWhere(flags.text('until') ?? 'latest', 'until'),
      })
      return work(recording, progress, { topic, dir, style }, io)
    }
    return withPlace(deployment, io, open, note)
  },
}

interface Told {
  readonly topic: string
  readonly dir: string
  readonly style: Style
}

async function work(
  recording: Recording,
  progress: RecordProgress,
  { topic, dir, style }: Told,
  io: Io,
): Promise<number> {
  const stop = new StopSignals(
    () => {},
    () => {},
  )
  progress.start(recording)
  try {
    await recording.work(stop.signal)
  } finally {
    progress.stop()
    stop.release()
    recording.close()
  }
  const { records, bytes, seconds } = progress.status()
  const { isComplete } = recording
  const partitions = recording.copies.map(({ end, records }, partition) => {
    return { partition, from: recording.starts[partition], until: end, records }
  })
  if (style === 'json') {
    const totals = { topic, dir, records, bytes, seconds, complete: isComplete, partitions }
    print(io, jsonLine({ type: 'summary', ...totals }))
    return exitCodes.ok
  }
  const headings = ['partition', 'from', 'until', 'records']
  const rows = partitions.map(one => [one.partition, one.from, one.until, one.records].map(String))
  print(io, ...tableLines(headings, rows, headings), '')
  const amount = `${records.toLocaleString('en')} records, ${shortBytes(bytes)}, in ${seconds.toFixed(1)} s`
  print(io, `${amount}: ${dir}`)
  if (!isComplete) print(io, 'stopped before the end: the same command goes on from here')
  return exitCodes.ok
}
