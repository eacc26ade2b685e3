import type { BothSides, Difference } from '../diff/difference.ts'
import type { AlarmFigures } from '../judge/label-judge.ts'
import type { RankingFigures } from '../judge/ranking-judge.ts'

/** What is told of a comparison. */
export interface Report extends Difference {
  /** As they were given, by field. */
  readonly tolerances: Readonly<Record<string, string>>
  /** Records of these times were compared, where one side covers more than the other; null for no bound. */
  readonly recorded?: { readonly from: number | null; readonly until: number | null }
  readonly labels?: {
    readonly count: number
    readonly score: string | null
    readonly thresholds: BothSides<number> | null
    readonly figures: BothSides<AlarmFigures>
  }
  readonly ranking?: {
    readonly items: string
    readonly top: number
    readonly figures: BothSides<RankingFigures>
  }
}
