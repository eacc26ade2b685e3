import type { ChangedRow, LoneRow, Repeated } from './difference.ts'
import { FieldTally } from './field-tally.ts'
import type { Outcome } from './key-tally.ts'
import { KeyTally } from './key-tally.ts'
import type { Found } from './match-rows.ts'
import { MeanTally } from './mean-tally.ts'
import type { Rank } from './ranked.ts'
import { Ranked } from './ranked.ts'
import type { RowLayout, Rows } from './row-layout.ts'
import type { PlainRow } from './row-values.ts'
import { plainRow, plainValue } from './row-values.ts'
import type { Extent } from './shelves.ts'
import type { SideName } from './side.ts'
import type { TimeTally } from './time-tally.ts'
import type { ValueDifference } from './value-difference.ts'

/** What a change counts that has no distance: as much as one by the whole of a usual value. */
const unmeasuredSize = 1

export interface TallyOptions {
  readonly layout: RowLayout
  readonly extent: Extent
  readonly values: ValueDifference
  readonly time: TimeTally
  /** Rows that are listed of each kind. */
  readonly listed: number
  /** Leaves of the key that say what it is of, rather than when. */
  readonly entity: readonly number[]
}

/** Takes what was found, row by row, to what a report has. */
export class Tally implements Found {
  equal = 0
  near = 0
  changed = 0
  readonly lones = { a: 0, b: 0 }
  readonly repeats: Record<SideName, { -readonly [K in keyof Repeated]: Repeated[K] }>
  readonly fields: FieldTally
  readonly keys = new KeyTally()
  readonly means: MeanTally
  readonly biggest: Ranked<ChangedRow & Rank>
  readonly firstLone: Readonly<Record<SideName, Ranked<LoneRow & Rank>>>
  readonly options: TallyOptions
  private readonly sizes: Float64Array
  private readonly differing: Int32Array

  constructor(options: TallyOptions) {
    const { layout, extent, listed, time } = options
    this.options = options
    this.repeats = { a: { keys: 0, rows: 0 }, b: { keys: 0, rows: 0 } }
    this.fields = new FieldTally(layout)
    this.means = new MeanTally(layout, time.size)
    this.biggest = new Ranked(listed)
    this.firstLone = { a: new Ranked(listed), b: new Ranked(listed) }
    this.sizes = Float64Array.from(layout.leaves, (_, leaf) => extent.size(leaf))
    this.differing = new Int32Array(layout.leaves.length)
  }

  both(a: Rows, aRow: number, b: Rows, bRow: number): void {
    const { layout, values, time } = this.options
    const when = layout.time(a, aRow)
    this.means.add('a', a, aRow, time.bucketOf(when))
    this.means.add('b', b, bRow, time.bucketOf(layout.time(b, bRow)))
    let [count, size] = [0, 0]
    values.isNear = false
    for (let leaf = layout.keys; leaf < layout.compared; leaf++) {
      if (!values.differs(leaf, a, aRow, b, bRow)) continue
      this.differing[count++] = leaf
      this.fields.add(leaf, values.by, values.relative)
      size = Math.max(size, this.sizeOf(leaf))
    }
    if (count === 0) {
      this.equal++
      if (values.isNear) this.near++
      time.add(when, 'equal')
      return
    }
    this.changed++
    time.add(when, 'changed')
    this.addKey(a, aRow, 'changed')
    const hash = layout.hash(a, aRow)
    if (!this.biggest.wants(size, when, hash)) return
    const fields = Array.from(this.differing.subarray(0, count), leaf => ({
      field: layout.leaves[leaf].name,
      a: plainValue(layout, a, aRow, leaf),
      b: plainValue(layout, b, bRow, leaf),
    }))
    this.biggest.add({ key: this.keyOf(a, aRow), time: when, size, hash, fields })
  }

  lone(side: SideName, rows: Rows, row: number): void {
    const { layout, time } = this.options
    const when = layout.time(rows, row)
    const outcome = side === 'a' ? 'onlyA' : 'onlyB'
    this.lones[side]++
    time.add(when, outcome)
    this.means.add(side, rows, row, time.bucketOf(when))
    this.addKey(rows, row, outcome)
    const hash = layout.hash(rows, row)
    const lone = this.firstLone[side]
    if (lone.wants(0, when, hash)) lone.add({ size: 0, time: when, hash, row: plainRow(layout, rows, row) })
  }

  repeated(side: SideName, count: number): void {
    this.repeats[side].keys++
    this.repeats[side].rows += count - 1
  }

  private sizeOf(leaf: number): number {
    const { by, relative } = this.options.values
    if (Number.isNaN(by)) return unmeasuredSize
    return this.sizes[leaf] > 0 ? Math.abs(by) / this.sizes[leaf] : relative
  }

  private keyOf(rows: Rows, row: number): PlainRow {
    const { layout } = this.options
    const leaves = layout.leaves.slice(0, layout.keys)
    return Object.fromEntries(leaves.map(({ name }, leaf) => [name, plainValue(layout, rows, row, leaf)]))
  }

  private addKey(rows: Rows, row: number, outcome: Outcome): void {
    const { layout, entity } = this.options
    if (entity.length === 0) return
    const parts = entity.map(leaf => {
      const value = plainValue(layout, rows, row, leaf)
      return typeof value === 'object' ? JSON.stringify(value) : String(value)
    })
    this.keys.add(parts.join(', '), outcome)
  }
}
