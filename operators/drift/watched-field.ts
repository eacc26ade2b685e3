import type { Batch } from '../../engine/batch/batch.ts'
import type { Comparison } from './comparisons.ts'
import { compareByKs, compareByPsi } from './comparisons.ts'
import type { ChanceShare } from './false-alarms.ts'
import type { FieldPart, Run } from './field-part.ts'
import { chiSquareThreshold } from './null-distributions.ts'
import type { DistributionTest, DriftTest, DriftTests } from './options.ts'
import type { FieldReference } from './reference.ts'

/** What one test says of one field at the end of a stretch. */
export interface Finding {
  readonly test: DriftTest
  readonly statistic: number
  readonly threshold: number
  readonly pValue: number | null
  readonly alarm: boolean
  readonly alarmTime: number | null
  readonly alarmRow: number | null
}

/** A column that is watched, with what goes on from one stretch to the next. */
export interface WatchedField {
  readonly name: string
  readonly bins: number
  /** Looks at the column of a batch, before rows of it are added. */
  prepare(batch: Batch): void
  add(part: FieldPart, run: Run): void
  findings(part: FieldPart): Finding[]
  /** What tests carry from row to row, in a form that `restore` takes; undefined for none. */
  saved(test: 'adwin' | 'pageHinkley'): Float64Array | undefined
  restore(test: 'adwin' | 'pageHinkley', saved: Float64Array): void
  /** Gives memory back that is not the garbage collector's. */
  release?(): void
}

/** PSI and KS of one field. */
export class DistributionTests {
  private readonly reference: FieldReference
  private readonly psi: DriftTests['psi']
  private readonly ks: DriftTests['ks']
  private readonly chance: number
  private readonly criticals = new Map<number, number>()

  constructor(reference: FieldReference, { psi, ks }: DriftTests, { perStretch }: ChanceShare) {
    this.reference = reference
    this.psi = psi
    this.ks = reference.kind === 'number' ? ks : false
    this.chance = perStretch
  }

  get areAny(): boolean {
    return Boolean(this.psi || this.ks)
  }

  findings({ counts, values }: FieldPart): Finding[] {
    const { reference, chance, psi, ks } = this
    const critical = (degrees: number) =>
      this.criticals.getOrInsertComputed(degrees, () => chiSquareThreshold(chance, degrees))
    return [
      ...(psi ? found('psi', psi, compareByPsi(reference, counts, values, chance, critical)) : []),
      ...(ks ? found('ks', ks, compareByKs(reference, counts, values, chance)) : []),
    ]
  }
}

function found(test: DriftTest, options: true | DistributionTest, comparison: Comparison | null): Finding[] {
  if (comparison === null) return []
  const { statistic, pValue } = comparison
  const threshold = Math.max(comparison.threshold, options === true ? 0 : options.atLeast)
  return [
    { test, statistic, threshold, pValue, alarm: statistic > threshold, alarmTime: null, alarmRow: null },
  ]
}
