import type { Batch } from '../../engine/batch/batch.ts'
import type { Field } from '../../engine/batch/schema.ts'
import { CategoryIndex } from './category-index.ts'
import type { ChanceShare } from './false-alarms.ts'
import type { FieldPart, Run } from './field-part.ts'
import type { DriftTests } from './options.ts'
import type { CategoryReference } from './reference.ts'
import type { Finding, WatchedField } from './watched-field.ts'
import { DistributionTests } from './watched-field.ts'

/** A column of texts, of an enum, or of truth values: of the tests it has PSI. */
export class WatchedCategory implements WatchedField {
  readonly name: string
  readonly bins: number
  private readonly index: CategoryIndex
  private readonly distribution: DistributionTests
  private found: Int32Array = new Int32Array(0)

  constructor(
    name: string,
    field: Field,
    reference: CategoryReference,
    tests: DriftTests,
    chance: ChanceShare,
  ) {
    this.name = name
    this.bins = reference.counts.length
    this.index = new CategoryIndex(field, reference.categories)
    this.distribution = new DistributionTests(reference, tests, chance)
  }

  prepare(batch: Batch): void {
    this.found = batch.arena.i32(batch.rows)
    this.index.find(batch.named(this.name), batch.rows, this.found)
  }

  add(part: FieldPart, { from, to }: Run): void {
    const { counts } = part
    const { found } = this
    let added = 0
    for (let row = from; row < to; row++) {
      if (found[row] < 0) continue
      counts[found[row]]++
      added++
    }
    part.values += added
  }

  findings(part: FieldPart): Finding[] {
    return this.distribution.findings(part)
  }

  saved(): undefined {}

  restore(): void {}

  release(): void {
    this.index.release()
  }
}
