import { HeadraceError } from '../../engine/errors.ts'

export interface RerankRules {
  /** How many items to choose. */
  readonly top: number
  /** Items that are never chosen. */
  readonly exclude?: (item: number) => boolean
  /** Added to an item's score, as a share of the distance between the best and the worst candidate. */
  readonly boost?: (item: number) => number
  /** Of one category at most so many are chosen. */
  readonly categories?: { readonly of: (item: number) => number; readonly most: number }
  /**
   * How much an item's likeness to those already chosen counts against it, from 0 to 1: maximal marginal relevance
   * (Carbonell and Goldstein 1998). `similarity` is from 0 to 1.
   */
  readonly diversity?: {
    readonly weight: number
    readonly similarity: (one: number, other: number) => number
  }
  /** What the list is filled up with where the candidates are too few, best first. */
  readonly popular?: ArrayLike<number>
}

export interface RankedItems {
  readonly items: number[]
  /** As the candidates had them; 0 for an item that fills the list up. */
  readonly scores: number[]
}

/** Chooses from candidates and their scores, best first. -1 is no candidate; what is in `seen` is not chosen. */
export type Rerank = (
  candidates: ArrayLike<number>,
  scores: ArrayLike<number>,
  seen?: ArrayLike<number>,
) => RankedItems

/** One list after the other by the same rules: of equal items the one that comes first wins. */
export function reranker(rules: RerankRules): Rerank {
  const { top, categories, diversity } = rules
  const wrong = (message: string) => new HeadraceError('HR_CONFIG_INVALID', `reranker: ${message}`)
  if (!(Number.isInteger(top) && top > 0))
    throw wrong(`top is ${top}; it has to be a whole number, 1 or more`)
  if (categories !== undefined && !(Number.isInteger(categories.most) && categories.most > 0)) {
    throw wrong(`categories.most is ${categories.most}; it has to be a whole number, 1 or more`)
  }
  if (diversity !== undefined && !(diversity.weight >= 0 && diversity.weight <= 1)) {
    throw wrong(`diversity.weight is ${diversity.weight}; it has to be from 0 to 1`)
  }
  const list = new RankedList(rules)
  return (candidates, scores, seen = []) => list.choose(candidates, scores, seen)
}

class RankedList {
  private readonly rules: RerankRules
  private readonly chosenOf = new Map<number, number>()
  private chosen: { items: number[]; scores: number[] } = { items: [], scores: [] }
  private seen: ArrayLike<number> = []
  /** Of each candidate: what it is worth, and the largest likeness to an item that was chosen. */
  private worth = new Float64Array(0)
  private likeness = new Float64Array(0)

  constructor(rules: RerankRules) {
    this.rules = rules
  }

  choose(candidates: ArrayLike<number>, scores: ArrayLike<number>, seen: ArrayLike<number>): RankedItems {
    const { top, popular = [] } = this.rules
    this.chosen = { items: [], scores: [] }
    this.chosenOf.clear()
    this.seen = seen
    this.weigh(candidates, scores)
    for (let best = this.best(candidates); best >= 0; best = this.best(candidates)) {
      this.take(candidates[best], scores[best])
      this.note(candidates, candidates[best])
    }
    for (let k = 0; k < popular.length && this.chosen.items.length < top; k++) {
      if (this.isAllowed(popular[k])) this.take(popular[k], 0)
    }
    return this.chosen
  }

  /** Brings scores to 0 to 1, so that boosts and likeness have the same weight whatever the model. */
  private weigh(candidates: ArrayLike<number>, scores: ArrayLike<number>): void {
    const { boost } = this.rules
    const { length } = candidates
    if (this.worth.length < length) {
      this.worth = new Float64Array(length)
      this.likeness = new Float64Array(length)
    }
    this.likeness.fill(0)
    let [lowest, highest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
    for (let k = 0; k < length; k++) {
      if (candidates[k] < 0) continue
      lowest = Math.min(lowest, scores[k])
      highest = Math.max(highest, scores[k])
    }
    const scale = highest > lowest ? 1 / (highest - lowest) : 0
    for (let k = 0; k < length; k++) {
      if (candidates[k] >= 0) this.worth[k] = (scores[k] - lowest) * scale + (boost?.(candidates[k]) ?? 0)
    }
  }

  /** The place of the best candidate that may still be chosen; -1 if there is none or the list is full. */
  private best(candidates: ArrayLike<number>): number {
    const { top, diversity } = this.rules
    if (this.chosen.items.length === top) return -1
    const weight = diversity?.weight ?? 0
    let [best, highest] = [-1, Number.NEGATIVE_INFINITY]
    for (let k = 0; k < candidates.length; k++) {
      const value = (1 - weight) * this.worth[k] - weight * this.likeness[k]
      if (value > highest && this.isAllowed(candidates[k])) {
        best = k
        highest = value
      }
    }
    return best
  }

  private isAllowed(item: number): boolean {
    const { exclude, categories } = this.rules
    if (item < 0 || this.chosen.items.includes(item) || exclude?.(item)) return false
    for (let k = 0; k < this.seen.length; k++) if (this.seen[k] === item) return false
    return categories === undefined || (this.chosenOf.get(categories.of(item)) ?? 0) < categories.most
  }

  private take(item: number, score: number): void {
    const { categories } = this.rules
    this.chosen.items.push(item)
    this.chosen.scores.push(score)
    if (categories === undefined) return
    const category = categories.of(item)
    this.chosenOf.set(category, (this.chosenOf.get(category) ?? 0) + 1)
  }

  private note(candidates: ArrayLike<number>, item: number): void {
    const { diversity } = this.rules
    if (diversity === undefined || diversity.weight === 0) return
    for (let k = 0; k < candidates.length; k++) {
      if (candidates[k] < 0) continue
      this.likeness[k] = Math.max(this.likeness[k], diversity.similarity(candidates[k], item))
    }
  }
}
