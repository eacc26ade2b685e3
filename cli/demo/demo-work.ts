import { setImmediate as nextTurn } from 'node:timers/promises'
import type { JobRun } from '../../engine/run.ts'
import { systemClock } from '../../engine/time/clock.ts'
import type { DemoScreen } from './demo-screen.ts'
import type { ShopFeed } from './shop-feed.ts'

/** How often events are appended where they are to look like a live stream. */
const liveEveryMs = 200
/** Where it goes as fast as it can: events that are appended at a time, and those that may wait for the job. */
const chunkEvents = 65_536
const waitingEvents = 262_144

export interface DemoWork {
  readonly run: JobRun
  readonly feed: ShopFeed
  readonly screen: DemoScreen
  readonly events: number
  /** Events a second; undefined: as fast as possible. */
  readonly rate: number | undefined
}

/** The job works while the events come, then reads what is left, unless it was told to stop. */
export async function feedAndWork(work: DemoWork, stop: AbortSignal): Promise<void> {
  const { run, rate } = work
  const fed = new AbortController()
  const working = run.work(AbortSignal.any([stop, fed.signal]))
  const feeding = rate === undefined ? feedFast(work, stop) : feedPaced(work, rate, stop)
  await Promise.all([working, feeding.finally(() => fed.abort())])
  if (!stop.aborted) await run.work(stop, true)
}

async function feedFast({ feed, run, events }: DemoWork, stop: AbortSignal): Promise<void> {
  while (feed.events < events && !stop.aborted) {
    if (run.lag() < waitingEvents) await feed.append(Math.min(chunkEvents, events - feed.events))
    await nextTurn()
  }
}

async function feedPaced({ feed, screen, events }: DemoWork, rate: number, stop: AbortSignal): Promise<void> {
  const startedAt = performance.now()
  while (feed.events < events && !stop.aborted) {
    const due = Math.floor(((performance.now() - startedAt) * rate) / 1000)
    const missing = Math.min(due, events) - feed.events
    if (missing > 0) await feed.append(Math.min(missing, chunkEvents))
    await screen.update()
    await systemClock.wait(liveEveryMs, stop)
  }
}
