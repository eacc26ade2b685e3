import { setTimeout as pause } from 'node:timers/promises'
import type { Command } from '../command.ts'
import { placeOptions } from '../command.ts'
import { loadDeployment } from '../config.ts'
import type { Flags } from '../flags.ts'
import { usageError } from '../flags.ts'
import type { Io } from '../io.ts'
import { jsonLine, print } from '../io.ts'
import type { JobLag } from '../job-lag.ts'
import { lagOfJob } from '../job-lag.ts'
import { LiveScreen } from '../live-screen.ts'
import { isFile, planJob } from '../load-job.ts'
import { loadSetJob, parameterOptions } from '../parameters.ts'
import { withPlace } from '../place/open-place.ts'
import type { Place } from '../place/place.ts'
import { StopSignals } from '../stop-signals.ts'
import { tableLines } from '../table.ts'
import { shortSpan } from '../units.ts'

/** How often `--watch` looks anew. */
const watchMs = 2000

export const lag: Command = {
  name: 'lag',
  summary: 'show how far a job is behind, by topic and partition',
  operands: ['<job>'],
  options: {
    ...placeOptions,
    ...parameterOptions,
    watch: { help: `look again every ${watchMs / 1000} seconds, until Ctrl-C` },
    json: { help: 'print a JSON line each time' },
  },
  notes:
    'A job is named, or given as its file: then partitions that it has not begun with are shown too. Positions are ' +
    'those of the last commit: on Kafka the offsets of the group that has the name of the job, on the embedded log ' +
    'those in its state. The age is that of the first record to be read, by its timestamp.',
  examples: ['headrace lag clickstream', 'headrace lag jobs/clickstream.ts --brokers localhost:9092 --watch'],
  run: async (flags, io) => {
    const deployment = await loadDeployment(flags, io)
    const [named] = flags.operands
    const { job, topics } = await inputsOf(named, flags, io)
    const screen = flags.on('watch') && io.out.isTTY && !flags.on('json') ? new LiveScreen(io.out) : undefined
    const show = async (place: Place) => {
      const view = await lagOfJob(place, job, topics)
      if (flags.on('json')) print(io, jsonLine(view))
      else if (screen === undefined) print(io, ...lagLines(view, place.where))
      else screen.draw(lagLines(view, place.where))
    }
    const tell = screen && ((text: string) => screen.note(text))
    await withPlace(
      deployment,
      io,
      place => (flags.on('watch') ? watch(() => show(place)) : show(place)),
      tell,
    )
    screen?.end()
    return undefined
  },
}

/** The name of a job, and the topics that it reads if its file is given. */
async function inputsOf(
  named: string,
  flags: Flags,
  io: Io,
): Promise<{ job: string; topics: readonly string[] }> {
  if (!isFile(named)) {
    if (flags.list('set').length > 0) throw usageError('--set goes with a job that is given as its file')
    return { job: named, topics: [] }
  }
  const { job, stages } = planJob(await loadSetJob(named, flags, io))
  const topics = stages.flatMap(({ inputs }) => inputs.map(({ source }) => source.name))
  return { job: job.name, topics }
}

async function watch(look: () => Promise<void>): Promise<void> {
  const stop = new StopSignals(
    () => {},
    () => {},
  )
  const { signal } = stop
  try {
    while (!signal.aborted) {
      await look()
      await pause(watchMs, undefined, { signal }).catch(() => {})
    }
  } finally {
    stop.release()
  }
}

function lagLines({ job, partitions, lag, members }: JobLag, where: string): string[] {
  const title = [`job ${job} on ${where}`, '']
  if (partitions.length === 0) return [...title, 'it has no positions: it has not committed anything yet']
  const headings = ['topic', 'partition', 'position', 'end', 'lag', 'age', 'member', 'host']
  const rows = partitions.map(one => [
    one.topic,
    String(one.partition),
    one.position === null ? 'none' : String(one.position),
    String(one.end),
    one.lag.toLocaleString('en'),
    one.behindMs === null ? '' : shortSpan(one.behindMs),
    one.member ?? '',
    one.host ?? '',
  ])
  // Nobody at work: there is no need of columns for them.
  const columns = partitions.some(({ member }) => member !== null) ? headings.length : headings.length - 2
  const cut = (cells: readonly string[]) => cells.slice(0, columns)
  const right = ['partition', 'position', 'end', 'lag', 'age']
  const group = members === 0 ? '' : `, ${members} ${members === 1 ? 'member' : 'members'} at work`
  const losses = partitions
    .filter(({ gone }) => gone > 0)
    .map(({ topic, partition, position, gone }) => {
      return `${topic}-${partition}: ${gone.toLocaleString('en')} records from ${position} on are gone before the job has read them`
    })
  const table = tableLines(cut(headings), rows.map(cut), right)
  return [...title, ...table, '', ...losses, `lag ${lag.toLocaleString('en')}${group}`]
}
