import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { JobRun } from '../../engine/run.ts'
import { ShopGenerator } from '../../jobs/clickstream/shop-generator.ts'
import { clicks } from '../../jobs/clickstream/topics.ts'
import clickstream from '../../jobs/clickstream.ts'
import type { Command } from '../command.ts'
import { placeOptions } from '../command.ts'
import type { Deployment } from '../config.ts'
import { loadDeployment } from '../config.ts'
import { createSources } from '../create-sources.ts'
import { ensureModels } from '../demo/demo-models.ts'
import { DemoScreen } from '../demo/demo-screen.ts'
import { feedAndWork } from '../demo/demo-work.ts'
import { feedAlone } from '../demo/feed-alone.ts'
import { newestTime } from '../demo/newest-time.ts'
import { ShopFeed } from '../demo/shop-feed.ts'
import type { Flags } from '../flags.ts'
import { usageError } from '../flags.ts'
import { openHome } from '../home.ts'
import type { Io } from '../io.ts'
import { jsonLine, print } from '../io.ts'
import { planJob } from '../load-job.ts'
import { modelOptions, openModels } from '../models.ts'
import { LogPlace } from '../place/log-place.ts'
import { Reporter, styleFor } from '../reporter.ts'
import { RunMeter } from '../status.ts'
import { StopSignals } from '../stop-signals.ts'
import { openStores, storeOptions } from '../stores.ts'
import { summaryLines } from '../summary-text.ts'

/** How fast clicks come where they are to look like a live stream, and how fast event time goes always. */
const livePerSecond = 20_000
/** How long the shop goes on as usual, in event time, before people buy more and dearer. */
const shiftAfterMs = 120_000
/** Of the windows by user. */
const windowMs = 10_000
/** The first event where none has to look as if it came now: 2026-01-01. */
const fixedStart = Date.UTC(2026, 0, 1)

export const demo: Command = {
  name: 'demo',
  summary: 'run a job on a generated clickstream: what `npm start` does',
  operands: [],
  options: {
    ...placeOptions,
    feed: { help: 'only generate: for `headrace run jobs/clickstream.ts`, where the configuration says' },
    events: { value: 'N', help: 'end after so many events, as fast as possible' },
    rate: { value: 'N', help: `events a second (default ${livePerSecond}, with --events no limit)` },
    seed: { value: 'N', help: 'of the generated events (default 1)' },
    models: {
      value: 'DIR',
      help: 'of the models, which are trained where there are none (default models in the data)',
    },
    json: { help: 'print JSON: with --events one summary, else also one status a second' },
  },
  notes:
    'Generates the clicks and purchases of a shop into the embedded log and runs jobs/clickstream.ts on them. Some ' +
    'come too late, a few are broken, now and then somebody buys like mad, and after two minutes all buy more. ' +
    'Without --data all is deleted at the end.',
  examples: [
    'headrace demo',
    'headrace demo --events 1000000 --json',
    'headrace demo --feed --brokers localhost:9092 --rate 1000',
  ],
  run: async (flags, io) => {
    const events = flags.whole('events', 1) ?? Number.POSITIVE_INFINITY
    const rate =
      flags.whole('rate', 1, 10_000_000) ?? (events === Number.POSITIVE_INFINITY ? livePerSecond : undefined)
    const seed = flags.whole('seed', 0, 2 ** 32 - 1) ?? 1
    const deployment = await loadDeployment(flags, io)
    if (flags.on('feed'))
      return feedAlone({ events, rate: rate ?? livePerSecond, seed, shiftAfterMs }, deployment, io)
    if (flags.text('brokers') !== undefined) throw usageError('--brokers goes with --feed')
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
  const note = (text: string) => reporter.note(text)
  const home = openHome(deployment)
  await createSources(planJob(clickstream), home, deployment.partitions)
  const stores = await openStores(storeOptions(deployment), note)
  await ensureModels(modelOptions(deployment).dir, reporter.style === 'json' ? () => {} : note)
  const models = openModels(deployment, note)
  const run = await JobRun.open(clickstream, { home, stores, models, commitEveryMs: deployment.commitMs })
  const place = new LogPlace(deployment)
  const feed = await openFeed(place, deployment, seed, rate)
  const screen = await DemoScreen.open(home)
  const meter = new RunMeter(run)
  const stop = new StopSignals(
    () => note('stopping: the current turn ends and is committed; Ctrl-C again aborts'),
    () => note('aborted'),
  )
  if (reporter.style !== 'json') print(io, ...introduction(deployment.dataDir, rate))
  if (!(reporter.style === 'json' && flags.text('events'))) reporter.start(meter, () => screen.lines())
  try {
    await feedAndWork({ run, feed, screen, events, rate }, stop.signal)
  } finally {
    reporter.stop()
    stop.release()
    screen.close()
    await feed.close()
    await place.close()
    await run.close()
    await models.close()
    await stores.close()
  }
  printSummary(meter, feed.events, reporter, io)
}

function openFeed(
  place: LogPlace,
  deployment: Deployment,
  seed: number,
  rate: number | undefined,
): Promise<ShopFeed> {
  const startMs =
    newestTime(deployment.dataDir, clicks.name) ?? (rate === undefined ? fixedStart : thisWindow())
  const generator = new ShopGenerator({ seed, startMs, perSecond: rate ?? livePerSecond, shiftAfterMs })
  return ShopFeed.open(generator, place)
}

/** When the window began that we are in: half of a window would look strange. */
function thisWindow(): number {
  return Math.floor(Date.now() / windowMs) * windowMs
}

function introduction(dataDir: string, rate: number | undefined): string[] {
  const pace = rate === undefined ? 'as fast as possible' : `${rate.toLocaleString('en')} a second`
  return [
    'Clicks and purchases of a shop -> windows by user -> features, anomalies, recommendations, drift.',
    `Events: ${pace}. Data: ${dataDir}. Ctrl-C ends it.`,
    '',
  ]
}

function printSummary(meter: RunMeter, events: number, reporter: Reporter, io: Io): void {
  const summary = meter.summary()
  const { inputs, steps, commits, seconds } = summary
  const total = (what: 'read' | 'passed' | 'rejected') => inputs.clicks[what] + inputs.purchases[what]
  const { out: results, late } = steps['per-user']
  const counts = { read: total('read'), passed: total('passed'), rejected: total('rejected') }
  const eventsPerSecond = Math.round(events / seconds)
  const data = { events, ...counts, late, results, commits, seconds, eventsPerSecond }
  if (reporter.style === 'json') print(io, jsonLine({ type: 'summary', ...data }))
  else print(io, ...summaryLines(summary), `${eventsPerSecond.toLocaleString('en')} events a second`)
}
