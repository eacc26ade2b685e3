import { systemClock } from '../../engine/time/clock.ts'
import { ShopGenerator } from '../../jobs/clickstream/shop-generator.ts'
import { clicks, purchases } from '../../jobs/clickstream/topics.ts'
import type { Deployment } from '../config.ts'
import type { Io } from '../io.ts'
import { print } from '../io.ts'
import { withPlace } from '../place/open-place.ts'
import { StopSignals } from '../stop-signals.ts'
import { ShopFeed } from './shop-feed.ts'

export interface FeedOptions {
  readonly events: number
  /** Events a second. */
  readonly rate: number
  readonly seed: number
  readonly shiftAfterMs: number
}

/** How often events are sent. */
const everyMs = 50

/** Generates events for a job that runs elsewhere, into the topics of the deployment. */
export function feedAlone(options: FeedOptions, deployment: Deployment, io: Io): Promise<undefined> {
  const { seed, rate, shiftAfterMs } = options
  return withPlace(deployment, io, async place => {
    for (const { name } of [clicks, purchases]) {
      if ((await place.partitions(name)) === undefined) await place.createTopic(name, deployment.partitions)
    }
    const generator = new ShopGenerator({ seed, startMs: Date.now(), perSecond: rate, shiftAfterMs })
    const feed = await ShopFeed.open(generator, place)
    const stop = new StopSignals(
      () => {},
      () => {},
    )
    print(io, `${rate.toLocaleString('en')} events a second to ${place.where}; Ctrl-C ends it`)
    try {
      await paced(feed, options, stop.signal)
    } finally {
      stop.release()
      await feed.close()
    }
    print(io, `${feed.events.toLocaleString('en')} events`)
    return undefined
  })
}

async function paced(feed: ShopFeed, { events, rate }: FeedOptions, stop: AbortSignal): Promise<void> {
  const startedAt = performance.now()
  while (feed.events < events && !stop.aborted) {
    const due = Math.floor(((performance.now() - startedAt) * rate) / 1000)
    await feed.append(Math.min(due, events) - feed.events)
    await systemClock.wait(everyMs, stop)
  }
}
