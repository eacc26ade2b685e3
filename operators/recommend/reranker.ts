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
   * (Carbonell and Goldstein 1998). `similarity` is from 0 to 1; without it, items of one category are alike, and
   * others are not.
   */
  readonly diversity?: {
    readonly weight: number
    readonly similarity?: (one: number, other: number) => number
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
  if (diversity !== undefined && diversity.similarity === undefined && categories === undefined) {
    throw wrong('diversity needs a similarity, or categories')
  }
  const list = new RankedList(rules)
  return (candidates, scores, seen = []) => list.choose(candidates, scores, seen)
}

class RankedList {
  private readonly rules: RerankRules
  private chosen: { items: number[]; scores: number[] } = { items: [], scores: [] }
  private seen: ArrayLike<number> = []
  /** Of each candidate: its category, what it is worth, the largest likeness to one that was chosen, and whether it may be. */
  private category = new Float64Array(0)
  private worth = new Float64Array(0)
  private likeness = new Float64Array(0)
  private isOpen = new Uint8Array(0)

  constructor(rules: RerankRules) {
    this.rules = rules
  }

  choose(candidates: ArrayLike<number>, scores: ArrayLike<number>, seen: ArrayLike<number>): RankedItems {
    const { top, popular = [] } = this.rules
    this.chosen = { items: [], scores: [] }
    this.seen = seen
    this.weigh(candidates, scores)
    for (let best = this.best(candidates); best >= 0; best = this.best(candidates)) {
      this.take(candidates[best], scores[best])
      this.note(candidates, best)
    }
    for (let k = 0; k < popular.length && this.chosen.items.length < top; k++) {
      if (this.isAllowed(popular[k])) this.take(popular[k], 0)
    }
    return this.chosen
  }

  /** Brings scores to 0 to 1, so that boosts and likeness have the same weight whatever the model. */
  private weigh(candidates: ArrayLike<number>, scores: ArrayLike<number>): void {
    const { boost, categories } = this.rules
    const { length } = candidates
    this.reserve(length)
    let [lowest, highest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
    for (let k = 0; k < length; k++) {
      this.likeness[k] = 0
      this.isOpen[k] = this.isAllowed(candidates[k]) ? 1 : 0
      if (candidates[k] < 0) continue
      if (categories !== undefined) this.category[k] = categories.of(candidates[k])
      lowest = Math.min(lowest, scores[k])
      highest = Math.max(highest, scores[k])
    }
    const scale = highest > lowest ? 1 / (highest - lowest) : 0
    for (let k = 0; k < length; k++) {
      if (this.isOpen[k] === 1) this.worth[k] = (scores[k] - lowest) * scale + (boost?.(candidates[k]) ?? 0)
    }
  }

  private reserve(length: number): void {
    if (this.worth.length >= length) return
    this.category = new Float64Array(length)
    this.worth = new Float64Array(length)
    this.likeness = new Float64Array(length)
    this.isOpen = new Uint8Array(length)
  }

  /** The place of the best candidate that may still be chosen; -1 if there is none or the list is full. */
  private best(candidates: ArrayLike<number>): number {
    const { top, diversity } = this.rules
    if (this.chosen.items.length === top) return -1
    const weight = diversity?.weight ?? 0
    let [best, highest] = [-1, Number.NEGATIVE_INFINITY]
    for (let k = 0; k < candidates.length; k++) {
      if (this.isOpen[k] === 0) continue
      const value = (1 - weight) * this.worth[k] - weight * this.likeness[k]
      if (value > highest) {
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
    return categories === undefined || this.chosenOf(categories.of(item)) < categories.most
  }

  private chosenOf(category: number): number {
    const { items } = this.chosen
    let count = 0
    for (let k = 0; k < items.length; k++) if (this.rules.categories?.of(items[k]) === category) count++
    return count
  }

  private take(item: number, score: number): void {
    this.chosen.items.push(item)
    this.chosen.scores.push(score)
  }

  /** What the choice of a candidate means for the others. */
  private note(candidates: ArrayLike<number>, best: number): void {
    const { diversity, categories } = this.rules
    const { category, likeness, isOpen } = this
    const item = candidates[best]
    const isFull = categories !== undefined && this.chosenOf(category[best]) >= categories.most
    for (let k = 0; k < candidates.length; k++) {
      if (isOpen[k] === 0) continue
      const isOfCategory = categories !== undefined && category[k] === category[best]
      if (candidates[k] === item || (isFull && isOfCategory)) isOpen[k] = 0
      else if (diversity === undefined || diversity.weight === 0) continue
      else if (diversity.similarity === undefined) {
        if (isOfCategory) likeness[k] = 1
      } else likeness[k] = Math.max(likeness[k], diversity.similarity(candidates[k], item))
    }
  }
}
