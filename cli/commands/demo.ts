import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { JobRun } from '../../engine/run.ts'
import { systemClock } from '../../engine/time/clock.ts'
import clickstream from '../../jobs/clickstream.ts'
import type { Command } from '../command.ts'
import { dataOptions } from '../command.ts'
import type { Deployment } from '../config.ts'
import { loadDeployment } from '../config.ts'
import { createSources } from '../create-sources.ts'
import { ClickFeed } from '../demo/click-feed.ts'
import { ClickGenerator } from '../demo/click-generator.ts'
import { newestTime } from '../demo/newest-time.ts'
import { TopUsers } from '../demo/top-users.ts'
import type { Flags } from '../flags.ts'
import { homeOptions, openHome } from '../home.ts'
import type { Io } from '../io.ts'
import { jsonLine, print } from '../io.ts'
import { planJob } from '../load-job.ts'
import { Reporter, styleFor } from '../reporter.ts'
import { RunMeter } from '../status.ts'
import { StopSignals } from '../stop-signals.ts'
import { summaryLines } from '../summary-text.ts'

/** How fast clicks come where they are to look like a live stream, and how fast event time goes always. */
const livePerSecond = 20_000
const liveEveryMs = 200
/** Where it goes as fast as it can: events that are appended at a time, and those that may wait for the job. */
const chunkEvents = 65_536
const waitingEvents = 262_144
/** The first event where none has to look as if it came now: 2026-01-01. */
const fixedStart = Date.UTC(2026, 0, 1)

export const demo: Command = {
  name: 'demo',
  summary: 'run a job on a generated clickstream: what `npm start` does',
  operands: [],
  options: {
    ...dataOptions,
    events: { value: 'N', help: 'end after so many events, as fast as possible' },
    rate: { value: 'N', help: `events a second (default ${livePerSecond}, with --events no limit)` },
    seed: { value: 'N', help: 'of the generated events (default 1)' },
    json: { help: 'print JSON: with --events one summary, else also one status a second' },
  },
  notes:
    'Generates clicks into the embedded log and runs jobs/clickstream.ts on them: clicks and spending by user in ' +
    'windows of ten seconds. Some clicks come too late, a few are broken. Without --data all is deleted at the end.',
  examples: ['headrace demo', 'headrace demo --events 1000000 --json'],
  run: async (flags, io) => {
    const events = flags.whole('events', 1) ?? Number.POSITIVE_INFINITY
    const rate =
      flags.whole('rate', 1, 10_000_000) ?? (events === Number.POSITIVE_INFINITY ? livePerSecond : undefined)
    const seed = flags.whole('seed', 0, 2 ** 32 - 1) ?? 1
    const deployment = await loadDeployment(flags, io)
    const kept = flags.text('data') !== undefined
    const dataDir = kept ? deployment.dataDir : mkdtempSync(join(tmpdir(), 'headrace-demo-'))
    try {
      await runDemo({ events, rate, seed, deployment: { ...deployment, dataDir } }, flags, io)
    } finally {
      if (!kept) rmSync(dataDir, { recursive: true, force: true })
    }
    return undefined
  },
}

interface DemoOptions {
  readonly events: number
  /** Events a second; undefined: as fast as possible. */
  readonly rate: number | undefined
  readonly seed: number
  readonly deployment: Deployment
}

async function runDemo(options: DemoOptions, flags: Flags, io: Io): Promise<void> {
  const { events, rate, seed, deployment } = options
  const reporter = new Reporter(io, styleFor(io, flags.on('json')))
  const planned = planJob(clickstream)
  const [{ inputs, terminals }] = planned.stages
  const { source } = inputs[0]
  const home = openHome(deployment)
  await createSources(planned, home, deployment.partitions)
  const run = await JobRun.open(clickstream, { home, commitEveryMs: deployment.commitMs })
  const start = newestTime(deployment.dataDir, source.name) ?? (rate === undefined ? fixedStart : Date.now())
  const generator = new ClickGenerator(seed, start, rate ?? livePerSecond)
  const feed = new ClickFeed(generator, source, homeOptions(deployment))
  const top = await TopUsers.open(home, terminals[0].topic)
  const meter = new RunMeter(run)
  const stop = new StopSignals(
    () => reporter.note('stopping: the current turn ends and is committed; Ctrl-C again aborts'),
    () => reporter.note('aborted'),
  )
  if (reporter.style !== 'json') print(io, ...introduction(deployment.dataDir, rate))
  if (!(reporter.style === 'json' && flags.text('events'))) reporter.start(meter, () => top.lines())
  try {
    await feedAndWork({ run, feed, top, events, rate }, stop.signal)
  } finally {
    reporter.stop()
    stop.release()
    top.close()
    feed.close()
    await run.close()
  }
  printSummary(meter, feed.events, reporter, io)
}

function introduction(dataDir: string, rate: number | undefined): string[] {
  const pace = rate === undefined ? 'as fast as possible' : `${rate.toLocaleString('en')} a second`
  return [
    'A clickstream -> embedded log -> windows of 10 s by user -> embedded log.',
    `Events: ${pace}. Data: ${dataDir}. Ctrl-C ends it.`,
    `Feature views and series of a job would be there too, in features.db and series.db.`,
    '',
  ]
}

interface Work {
  readonly run: JobRun
  readonly feed: ClickFeed
  readonly top: TopUsers
  readonly events: number
  readonly rate: number | undefined
}

/** The job works while the events come, then reads what is left, unless it was told to stop. */
async function feedAndWork({ run, feed, top, events, rate }: Work, stop: AbortSignal): Promise<void> {
  const fed = new AbortController()
  const working = run.work(AbortSignal.any([stop, fed.signal]))
  const feeding =
    rate === undefined ? feedFast(feed, run, events, stop) : feedPaced(feed, top, rate, events, stop)
  await Promise.all([working, feeding.finally(() => fed.abort())])
  if (!stop.aborted) await run.work(stop, true)
}

async function feedFast(feed: ClickFeed, run: JobRun, events: number, stop: AbortSignal): Promise<void> {
  while (feed.events < events && !stop.aborted) {
    if (run.lag() < waitingEvents) await feed.append(Math.min(chunkEvents, events - feed.events))
    await nextTurn()
  }
}

async function feedPaced(
  feed: ClickFeed,
  top: TopUsers,
  rate: number,
  events: number,
  stop: AbortSignal,
): Promise<void> {
  const startedAt = performance.now()
  while (feed.events < events && !stop.aborted) {
    const due = Math.floor(((performance.now() - startedAt) * rate) / 1000)
    const missing = Math.min(due, events) - feed.events
    if (missing > 0) await feed.append(Math.min(missing, chunkEvents))
    await top.update()
    await systemClock.wait(liveEveryMs, stop)
  }
}

function printSummary(meter: RunMeter, events: number, reporter: Reporter, io: Io): void {
  const summary = meter.summary()
  const { inputs, steps, commits, seconds } = summary
  const { read, passed, rejected } = inputs.clicks
  const { out: results, late } = steps['per-user']
  const eventsPerSecond = Math.round(events / seconds)
  const data = { events, read, passed, rejected, late, results, commits, seconds, eventsPerSecond }
  if (reporter.style === 'json') print(io, jsonLine({ type: 'summary', ...data }))
  else print(io, ...summaryLines(summary), `${eventsPerSecond.toLocaleString('en')} events a second`)
}
