import type { Stream } from '../../engine/index.ts'
import { array, float, int, long, timestamp, vector } from '../../engine/index.ts'
import { flatMap, reranker, score } from '../../operators/index.ts'
import { categoryOf } from './catalogue.ts'
import { candidateItems, Recommend } from './models.ts'
import { offeredItems } from './stores.ts'

/** So many of one category, so that there is something else to look at. */
const ofOneCategory = 4

const choose = reranker({
  top: offeredItems,
  categories: { of: categoryOf, most: ofOneCategory },
  diversity: { weight: 0.2 },
})

const nothing = {
  items: new Float32Array(candidateItems).fill(-1),
  scores: new Float32Array(candidateItems),
}

const columns = {
  user: long(),
  ts: timestamp(),
  items: array(int()),
  scores: array(float()),
  offered: vector(offeredItems),
  topScore: float(),
  modelVersion: int(),
}

interface Shopper {
  readonly user: number
  readonly ts: number
  readonly recent: Float32Array
}

/** What the model proposes to somebody who has bought something, and what the rules choose of it. */
export function offersTo(shoppers: Stream<Shopper>) {
  return shoppers.pipe(
    score('recommend', Recommend, { fallback: nothing }),
    flatMap(columns, ({ user, ts, recent, items: candidates, scores: worth, modelVersion }) => {
      const { items, scores } = choose(candidates, worth, recent)
      const offered = new Float32Array(offeredItems).fill(-1)
      offered.set(items)
      return [{ user, ts, items, scores, offered, topScore: scores[0] ?? 0, modelVersion }]
    }),
  )
}
