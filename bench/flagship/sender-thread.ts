import { setTimeout as delay } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { ShopFeed } from '../../cli/demo/shop-feed.ts'
import { KafkaPlace } from '../../cli/place/kafka-place.ts'
import { prices } from '../../jobs/clickstream/catalogue.ts'
import { Random } from '../../jobs/clickstream/random.ts'
import type { ShopEvents } from '../../jobs/clickstream/shop-generator.ts'
import { ShopGenerator } from '../../jobs/clickstream/shop-generator.ts'
import { now } from '../kafka/meter.ts'
import { say } from '../kafka/say.ts'
import type { Purchase, SendOrder, SentEvents } from './sender.ts'
import { WindowEnds } from './window-ends.ts'

/** Sends what happens in the shop as it happens: event time is the clock. */
const PULSE_MS = 5
/** So often somebody buys like mad, besides those of the generator, so that there are strange windows enough. */
const BURST_EVERY_MS = 250
const BURST_EVENTS = 40
/** As in what the models were trained with: at another rate a user everybody would be strange. */
const EVENTS_A_USER_SECOND = 2

const { brokers, rate, seconds, seed } = workerData as SendOrder
const users = Math.ceil(rate / EVENTS_A_USER_SECOND)
const place = await KafkaPlace.open({ brokers }, say)
const startMs = Date.now()
const begun = now()
const generator = new ShopGenerator({ seed, startMs, perSecond: rate, users })
const feed = await ShopFeed.open(generator, place)
const random = new Random(seed)
const newest = new Float64Array(users)
const purchases: Purchase[] = []
const ends = new WindowEnds()
let [events, generated, bursts] = [0, 0, 0]

for (let at = now(); at < begun + seconds * 1000; at = now()) {
  const made = generator.next(Math.max(0, Math.floor(((at - begun) * rate) / 1000) - generated))
  generated += made.clicks.length + made.purchases.length + made.broken.length
  if (at - begun > bursts * BURST_EVERY_MS) addBurst(made)
  note(made, now())
  await feed.write(made)
  await delay(PULSE_MS)
}
await feed.commit()
const sent: SentEvents = { events, purchases, closings: ends.closings, seconds: (now() - begun) / 1000 }
parentPort?.postMessage({ sent })
await feed.close()
await place.close()

function addBurst({ clicks, purchases: bought }: ShopEvents): void {
  const [user, ts] = [random.below(users), Date.now()]
  bursts++
  for (let k = 0; k < BURST_EVENTS; k++) {
    const item = random.below(prices.length)
    clicks.push({ ts, user, item, value: 0, kind: 'view' })
    if (k % 2 === 0) bought.push({ ts, user, item, quantity: 20, value: prices[item] * 20 })
  }
}

/** Tells at once of one purchase in a pulse that is newer than all of its user: its offer can be waited for. */
function note(made: ShopEvents, at: number): void {
  let sample: Purchase | undefined
  for (const { user, ts } of made.purchases) {
    const purchase = { user, ts, sent: at }
    purchases.push(purchase)
    if (ts > newest[user]) {
      newest[user] = ts
      sample = purchase
    }
  }
  ends.note('clicks', made.clicks, at)
  ends.note('purchases', made.purchases, at)
  events += made.clicks.length + made.purchases.length + made.broken.length
  if (sample !== undefined) parentPort?.postMessage({ sample })
}
