/** What a test that goes row by row has found in a stretch. */
export class Peak {
  value = 0
  /** Where it first raised an alarm: the row's number, from 0, and its event time; -1 if it did not. */
  row = -1
  time = 0

  take(value: number): void {
    if (value > this.value) this.value = value
  }

  note(row: number, time: number): void {
    if (this.row >= 0) return
    this.row = row
    this.time = time
  }
}

/** What is kept of a field for a stretch. */
export class FieldPart {
  /** Values by bin. Of another stretch, or another task, they add up. */
  readonly counts: Int32Array
  values = 0
  readonly adwin = new Peak()
  readonly pageHinkley = new Peak()

  constructor(bins: number) {
    this.counts = new Int32Array(bins)
  }
}

/** Rows of a batch that belong to one stretch. */
export interface Run {
  readonly from: number
  readonly to: number
  /** The number that row `from` has among all that the step has counted. */
  readonly number: number
  /** Event time by row. */
  readonly time: Float64Array
}
