import type { Batch } from '../../engine/batch/batch.ts'
import type { Column } from '../../engine/batch/columns.ts'
import { gather } from '../../engine/batch/columns.ts'
import { columnOfValues } from '../../engine/batch/value-columns.ts'
import type { FeatureValues } from '../../engine/stores/stores.ts'
import type { TakenField } from './taken-fields.ts'

/** What a look-up has found, an entity a slot, as columns for rows that know their slots. */
export class FoundFeatures {
  private readonly taken: readonly TakenField[]
  private readonly found: readonly (FeatureValues | undefined)[]
  /** How much older than its row a value may be. */
  private readonly oldestMs: number
  /** Event times by slot, of the fields that somebody has asked for. */
  private readonly times: (Float64Array | undefined)[] = []

  constructor(taken: readonly TakenField[], found: readonly (FeatureValues | undefined)[], oldestMs: number) {
    this.taken = taken
    this.found = found
    this.oldestMs = oldestMs
  }

  /** Whether there are entities whose values cannot be used. */
  get someAreWrong(): boolean {
    return this.found.some(features => features?.wrong !== undefined)
  }

  /** What is wrong with the values of an entity, if anything is. */
  wrongOf(slot: number): string | undefined {
    return this.found[slot]?.wrong
  }

  /** Whether the field is not there for an entity, or too old for a row of this event time. */
  isMissing(index: number, slot: number, time: number): boolean {
    // Where there is no value, its time is not a number.
    return !(time - this.timesOf(index)[slot] <= this.oldestMs)
  }

  /** The first field that is missing for a row; -1 where all are there. */
  firstMissing(slot: number, time: number): number {
    return this.taken.findIndex((_, index) => this.isMissing(index, slot, time))
  }

  /** A field for each row of a batch. */
  column(index: number, slots: Int32Array, { rows, time, arena }: Batch): Column {
    const { field, from, fallback } = this.taken[index]
    const values = this.found.map(features => features?.values[from] ?? null)
    const places = arena.i32(rows)
    for (let row = 0; row < rows; row++) {
      places[row] = this.isMissing(index, slots[row], time[row]) ? values.length : slots[row]
    }
    return gather(columnOfValues(field, [...values, fallback], arena), places, rows, arena)
  }

  private timesOf(index: number): Float64Array {
    const { from } = this.taken[index]
    this.times[index] ??= Float64Array.from(this.found, features => features?.times[from] ?? Number.NaN)
    return this.times[index]
  }
}
