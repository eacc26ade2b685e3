import { performance } from 'node:perf_hooks'
import { reranker } from '../../operators/recommend/reranker.ts'
import type { EaseModel } from '../../training/ease.ts'
import { easeScores, itemSimilarity, trainEase } from '../../training/ease.ts'
import type { Judgement } from '../../training/judge.ts'
import { Judge } from '../../training/judge.ts'
import { calibrate } from '../calibration.ts'
import type { Case } from './cases.ts'
import { splitByTime } from './cases.ts'
import type { DataSet } from './data-sets.ts'
import { dataSets } from './data-sets.ts'
import type { ScoredList } from './exported-lists.ts'
import { areAlike, exportedLists } from './exported-lists.ts'

const ITEMS_MOST = 2000
const TOP = 10
/** From so many the rules choose, where there are rules. */
const CANDIDATES = 50
const DIVERSITY = 0.4
const PARITY_CASES = 200

export interface RecommendResult {
  readonly suite: 'recommend'
  readonly data: string
  readonly model: 'popularity' | 'ease' | 'ease, diverse'
  /** Interactions that it was trained with, of so many items. */
  readonly N: number
  readonly items: number
  readonly users: number
  readonly ndcg10: number
  readonly recall10: number
  readonly coverage: number
  readonly diversity: number
  /** The ndcg10 of popularity, on the same users. */
  readonly popularityNdcg10: number
  readonly trainSeconds: number
  /** Of lists compared with those of the exported model in onnxruntime, how many are the same. */
  readonly parity: string
  readonly cpuSecondsMeasured: number
  readonly wallSeconds: number
  readonly calibration: number
  readonly ok: boolean
}

/** Gives the best items of a user, what was taken left out. */
type Recommender = (one: Case) => ScoredList

export async function runRecommend(
  directory: string,
  report: (result: RecommendResult) => void,
): Promise<void> {
  for (const set of dataSets) await judge(set, directory, report)
}

async function judge(
  { name, lambda, recent, read }: DataSet,
  directory: string,
  report: (result: RecommendResult) => void,
): Promise<void> {
  const { histories, cases } = splitByTime(await read(directory), ITEMS_MOST)
  const calibration = calibrate()
  const trained = measured(() => trainEase(histories, { lambda }))
  const model = trained.result
  const ease = easeLists(model, recent)
  const parity = await parityWith(ease, model, cases, recent)
  const models = [
    ['popularity', popularityLists(model)],
    ['ease', ease],
    ['ease, diverse', diverseLists(ease, model)],
  ] as const
  let popularityNdcg10 = 0
  for (const [label, recommend] of models) {
    const { result, cpuSeconds, wallSeconds } = measured(() => judgeLists(recommend, model, cases))
    const { ndcg: ndcg10, recall: recall10, coverage, diversity, users } = result
    if (label === 'popularity') popularityNdcg10 = ndcg10
    const isTrained = label !== 'popularity'
    const figures = { ndcg10, recall10, coverage, diversity, popularityNdcg10 }
    report({
      suite: 'recommend',
      data: name,
      model: label,
      N: histories.items.length,
      items: model.items,
      users,
      ...rounded(figures),
      trainSeconds: isTrained ? trained.cpuSeconds : 0,
      parity: label === 'ease' ? `${parity.same} of ${parity.compared}` : 'not compared',
      cpuSecondsMeasured: cpuSeconds + (isTrained ? trained.cpuSeconds : 0),
      wallSeconds: wallSeconds + (isTrained ? trained.wallSeconds : 0),
      calibration,
      ok: !isTrained || (ndcg10 > popularityNdcg10 && parity.same === parity.compared),
    })
  }
}

function judgeLists(recommend: Recommender, model: EaseModel, cases: readonly Case[]): Judgement {
  const judge = new Judge({ top: TOP, items: model.items, similarity: itemSimilarity(model) })
  for (const one of cases) judge.add(Int32Array.from(recommend(one).items.slice(0, TOP)), one.relevant)
  return judge.judgement()
}

function popularityLists({ popularity }: EaseModel): Recommender {
  return ({ taken }) => best(popularity.slice(), taken)
}

function easeLists(model: EaseModel, recent: number): Recommender {
  return ({ taken }) => {
    const scores = new Float32Array(model.items)
    easeScores(model, taken.slice(-recent), scores)
    return best(scores, taken)
  }
}

function diverseLists(ease: Recommender, model: EaseModel): Recommender {
  const rank = reranker({ top: TOP, diversity: { weight: DIVERSITY, similarity: itemSimilarity(model) } })
  return one => {
    const { items, scores } = ease(one)
    return rank(items, scores)
  }
}

/** The exported model masks what it is given: so the users are compared whose items all go in. */
async function parityWith(
  ease: Recommender,
  model: EaseModel,
  cases: readonly Case[],
  recent: number,
): Promise<{ same: number; compared: number }> {
  const sample = cases.slice(0, PARITY_CASES).map(one => ({ ...one, taken: one.taken.slice(-recent) }))
  const exported = await exportedLists(model, sample, recent, TOP)
  const own = sample.map(one => ease(one))
  const cut = ({ items, scores }: ScoredList) => ({
    items: items.slice(0, TOP),
    scores: scores.slice(0, TOP),
  })
  return {
    same: sample.filter((_, index) => areAlike(cut(own[index]), exported[index])).length,
    compared: sample.length,
  }
}

function best(scores: Float32Array, taken: Int32Array): ScoredList {
  for (const item of taken) scores[item] = Number.NEGATIVE_INFINITY
  const order = Int32Array.from(scores.keys()).sort((a, b) => scores[b] - scores[a] || a - b)
  const items = Array.from(order.subarray(0, CANDIDATES))
  return { items, scores: items.map(item => scores[item]) }
}

function measured<T>(work: () => T): { result: T; cpuSeconds: number; wallSeconds: number } {
  const [begun, before] = [performance.now(), process.cpuUsage()]
  const result = work()
  const { user, system } = process.cpuUsage(before)
  return {
    result,
    cpuSeconds: Math.round((user + system) / 1e4) / 100,
    wallSeconds: Math.round((performance.now() - begun) / 10) / 100,
  }
}

function rounded<F extends Record<string, number>>(figures: F): F {
  const entries = Object.entries(figures).map(([name, value]) => [name, Math.round(value * 1e4) / 1e4])
  return Object.fromEntries(entries) as F
}
