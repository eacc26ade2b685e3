/** How good the lists of recommendations of many users are, on average. */
export interface Judgement {
  readonly users: number
  readonly ndcg: number
  readonly recall: number
  /** The share of all items that are in somebody's list. */
  readonly coverage: number
  /** How unlike the items of one list are, from 0 to 1. */
  readonly diversity: number
}

export interface JudgeOptions {
  /** The length of a list. */
  readonly top: number
  readonly items: number
  /** How alike two items are, from 0 to 1. */
  readonly similarity: (one: number, other: number) => number
}

/** Takes one user's list after the other. */
export class Judge {
  private readonly options: JudgeOptions
  private readonly shown: Uint8Array
  private users = 0
  private ndcg = 0
  private recall = 0
  private diversity = 0

  constructor(options: JudgeOptions) {
    this.options = options
    this.shown = new Uint8Array(options.items)
  }

  /** `list` is what was recommended, best first; `relevant` what the user took afterwards, at least one item. */
  add(list: Int32Array, relevant: ReadonlySet<number>): void {
    const { top, similarity } = this.options
    const shown = list.subarray(0, top)
    this.users++
    this.ndcg += ndcg(shown, relevant, top)
    this.recall += recall(shown, relevant, top)
    this.diversity += intraListDiversity(shown, similarity)
    for (const item of shown) this.shown[item] = 1
  }

  judgement(): Judgement {
    const { users } = this
    const count = Math.max(1, users)
    const covered = this.shown.reduce((sum, isShown) => sum + isShown, 0)
    return {
      users,
      ndcg: this.ndcg / count,
      recall: this.recall / count,
      coverage: covered / this.options.items,
      diversity: this.diversity / count,
    }
  }
}

/** Normalised discounted cumulative gain: a hit at place k counts 1 / log2(k + 1), over what the best list has. */
export function ndcg(list: Int32Array, relevant: ReadonlySet<number>, top: number): number {
  const gains = Array.from(list.subarray(0, top), item => (relevant.has(item) ? 1 : 0))
  const best = new Array<number>(Math.min(top, relevant.size)).fill(1)
  return discountedGain(gains) / discountedGain(best)
}

export function discountedGain(gains: readonly number[]): number {
  return gains.reduce((sum, gain, index) => sum + gain / Math.log2(index + 2), 0)
}

/** The share of hits among as many as there could be in a list of this length (Liang et al. 2018). */
export function recall(list: Int32Array, relevant: ReadonlySet<number>, top: number): number {
  const hits = list.subarray(0, top).filter(item => relevant.has(item)).length
  return hits / Math.min(top, relevant.size)
}

/** One less the mean similarity over all pairs of the list; of less than two items it is 0. */
export function intraListDiversity(
  list: Int32Array,
  similarity: (one: number, other: number) => number,
): number {
  if (list.length < 2) return 0
  let [sum, pairs] = [0, 0]
  for (let one = 0; one < list.length; one++) {
    for (let other = one + 1; other < list.length; other++, pairs++) {
      sum += 1 - similarity(list[one], list[other])
    }
  }
  return sum / pairs
}
