import type { Schema } from '../../engine/batch/schema.ts'
import { readValue } from '../../engine/batch/values.ts'
import type { BothSides } from '../diff/difference.ts'
import type { SideName } from '../diff/side.ts'
import type { DecodedRows } from '../diff/staging.ts'
import type { Interactions } from './interactions.ts'

export interface RankingOptions {
  readonly schema: Schema
  readonly user: string
  /** The column with the list, best first; negative numbers in it are no items. */
  readonly items: string
  /** The length of the lists that are judged. */
  readonly top: number
}

/** How good the lists of one side are, on the average over the rows that can be judged. */
export interface RankingFigures {
  /** Rows whose user took something later. */
  readonly judged: number
  readonly notJudged: number
  /** Of the items that were taken later, as many as the list can hold: the share that is in it. */
  readonly recall: number | null
  /** The same with more weight for what is further ahead. */
  readonly ndcg: number | null
}

/** Judges the lists of both sides by what their users took afterwards. */
export class RankingJudge {
  private readonly options: RankingOptions
  private readonly interactions: Interactions
  private readonly sums = { a: nothing(), b: nothing() }

  constructor(options: RankingOptions, interactions: Interactions) {
    this.options = options
    this.interactions = interactions
  }

  see(side: SideName, rows: DecodedRows): void {
    const { user, items, top } = this.options
    const sum = this.sums[side]
    for (let row = 0; row < rows.count; row++) {
      if (rows.skipped[row] !== 0) continue
      const later = this.interactions.after(String(this.value(rows, user, row)), rows.time[row])
      if (later.size === 0) sum.notJudged++
      else {
        const list = listOf(this.value(rows, items, row)).slice(0, top)
        sum.judged++
        sum.recall += recallOf(list, later, top)
        sum.ndcg += ndcgOf(list, later, top)
      }
    }
  }

  figures(): BothSides<RankingFigures> {
    return { a: mean(this.sums.a), b: mean(this.sums.b) }
  }

  private value({ columns }: DecodedRows, name: string, row: number): unknown {
    const { schema } = this.options
    return readValue(schema.fields[name], columns[schema.names.indexOf(name)], row)
  }
}

function nothing() {
  return { judged: 0, notJudged: 0, recall: 0, ndcg: 0 }
}

function mean({ judged, notJudged, recall, ndcg }: ReturnType<typeof nothing>): RankingFigures {
  const over = (sum: number) => (judged === 0 ? null : sum / judged)
  return { judged, notJudged, recall: over(recall), ndcg: over(ndcg) }
}

function listOf(value: unknown): string[] {
  const all = value === null ? [] : [...(value as Iterable<unknown>)]
  return all.filter(item => !(typeof item === 'number' && item < 0)).map(String)
}

function recallOf(list: readonly string[], later: ReadonlySet<string>, top: number): number {
  const hits = new Set(list.filter(item => later.has(item)))
  return hits.size / Math.min(top, later.size)
}

/** Normalised discounted cumulative gain: a hit at place k counts 1 / log2(k + 1), by what the best list has. */
function ndcgOf(list: readonly string[], later: ReadonlySet<string>, top: number): number {
  const hits = new Set<string>()
  let [gain, best] = [0, 0]
  list.forEach((item, place) => {
    if (later.has(item) && !hits.has(item)) gain += 1 / Math.log2(place + 2)
    hits.add(item)
  })
  for (let place = 0; place < Math.min(top, later.size); place++) best += 1 / Math.log2(place + 2)
  return gain / best
}
