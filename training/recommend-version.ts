import { createHash } from 'node:crypto'
import type { Examples, ModelVersion } from '../connectors/onnx/write/index.ts'
import { exportEase } from '../connectors/onnx/write/index.ts'
import { HeadraceError } from '../engine/errors.ts'
import { categoryOf, itemCount } from '../jobs/clickstream/catalogue.ts'
import { candidateItems, Recommend, recentItems } from '../jobs/clickstream/models.ts'
import { timesOf } from './anomaly-version.ts'
import type { EaseModel } from './ease.ts'
import { easeScores, itemSimilarity, trainEase } from './ease.ts'
import { historiesOf, historyOf } from './histories.ts'
import type { Interactions } from './interactions.ts'
import { splitAt, timeOfShare } from './interactions.ts'
import type { Judgement } from './judge.ts'
import { Judge } from './judge.ts'
import type { BoughtRow } from './shop-history.ts'

const TRAINED_SHARE = 0.8
const TOP = 10
const LAMBDA = 100
const EXAMPLES = 32

export interface RecommendMetrics {
  readonly ease: Judgement
  readonly popularity: Judgement
}

/** Trains the recommendation model of the clickstream; all that its folder is to hold. */
export function recommendVersion(bought: readonly BoughtRow[]) {
  const interactions = interactionsOf(bought)
  if (interactions.users.length === 0) {
    throw new HeadraceError('HR_TRAINING_DATA', 'nothing of the catalogue was bought: more events are needed')
  }
  const metrics = judge(interactions)
  const model = trainEase(historiesOf(interactions), { lambda: LAMBDA })
  const { items, weights, popularity } = model
  const version: ModelVersion = {
    name: Recommend.name,
    description: Recommend.description ?? '',
    export: exportEase({ items, weights, popularity, recent: recentItems, top: candidateItems }),
    columns: { inputs: { recent: 'recent' } },
    parity: examplesOf(model),
    metrics: { top: TOP, ...metrics },
    data: {
      rows: interactions.users.length,
      fingerprint: fingerprintOf(interactions),
      ...timesOf(bought.map(({ ts }) => ts)),
    },
    parameters: {
      lambda: LAMBDA,
      users: interactions.userCount,
      /** An item is its number. */
      items,
      categories: Array.from({ length: items }, (_, item) => categoryOf(item)),
      popular: [...popularity.keys()]
        .sort((a, b) => popularity[b] - popularity[a] || a - b)
        .slice(0, candidateItems),
    },
  }
  return { version, model, metrics }
}

/** Purchases of the catalogue's items, which are numbers already: those are the model's too. */
function interactionsOf(bought: readonly BoughtRow[]): Interactions {
  const known = bought.filter(({ item }) => item >= 0 && item < itemCount)
  const users = new Map<number, number>()
  for (const { user } of known) if (!users.has(user)) users.set(user, users.size)
  return {
    users: Int32Array.from(known, ({ user }) => users.get(user)!),
    items: Int32Array.from(known, ({ item }) => item),
    times: Float64Array.from(known, ({ ts }) => ts),
    userCount: users.size,
    itemKeys: Array.from({ length: itemCount }, (_, item) => item),
  }
}

/** Trained with what came first, and judged by what users bought then that was new to them. */
function judge(interactions: Interactions): RecommendMetrics {
  const [before, after] = splitAt(interactions, timeOfShare(interactions, TRAINED_SHARE))
  const histories = historiesOf(before)
  const later = historiesOf(after)
  const model = trainEase(histories, { lambda: LAMBDA })
  const options = { top: TOP, items: itemCount, similarity: itemSimilarity(model) }
  const [ease, popularity] = [new Judge(options), new Judge(options)]
  const scores = new Float32Array(itemCount)
  for (let user = 0; user < interactions.userCount; user++) {
    const taken = historyOf(histories, user)
    const relevant = new Set(historyOf(later, user)).difference(new Set(taken))
    if (taken.length === 0 || relevant.size === 0) continue
    easeScores(model, taken.slice(-recentItems), scores)
    ease.add(bestOf(scores, taken, TOP), relevant)
    popularity.add(bestOf(model.popularity.slice(), taken, TOP), relevant)
  }
  return { ease: ease.judgement(), popularity: popularity.judgement() }
}

/** The items with the best scores, those that were taken left out. */
function bestOf(scores: Float32Array, taken: ArrayLike<number>, top: number): Int32Array {
  for (let k = 0; k < taken.length; k++) scores[taken[k]] = Number.NEGATIVE_INFINITY
  const order = Int32Array.from(scores.keys()).sort((a, b) => scores[b] - scores[a] || a - b)
  return order.subarray(0, top)
}

/** Nobody's recent items, and single ones: with several, the order in which they are added up decides the last digit. */
function examplesOf(model: EaseModel): Examples {
  const step = Math.max(1, Math.floor(model.items / EXAMPLES))
  const taken: number[][] = [[]]
  for (let item = 0; item < model.items; item += step) taken.push([item])
  const lists = taken.map(items => {
    const scores = new Float32Array(model.items)
    easeScores(model, items, scores)
    return { best: bestOf(scores.slice(), items, candidateItems), scores }
  })
  return {
    inputs: { recent: taken.map(([item = -1]) => new Float32Array(recentItems).fill(-1).fill(item, 0, 1)) },
    outputs: {
      items: lists.map(({ best }) => best),
      scores: lists.map(({ best, scores }) => Float32Array.from(best, item => scores[item])),
    },
  }
}

function fingerprintOf({ users, items, times }: Interactions): string {
  return createHash('sha256').update(users).update(items).update(times).digest('hex')
}
