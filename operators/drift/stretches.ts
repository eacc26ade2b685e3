import { HeadraceError } from '../../engine/errors.ts'
import { limits } from '../../engine/limits.ts'
import { FieldPart } from './field-part.ts'
import type { Measured } from './options.ts'
import type { WatchedField } from './watched-field.ts'

/** A stretch of the stream that is compared as a whole. */
export class Stretch {
  /** Event time: where it is as long as `every` says, else of the first row. */
  start: number
  /** The first millisecond after it, or after the row that came last. */
  end: number
  rows = 0
  readonly parts: readonly FieldPart[]

  constructor(start: number, end: number, fields: readonly WatchedField[]) {
    this.start = start
    this.end = end
    this.parts = fields.map(({ bins }) => new FieldPart(bins))
  }
}

/** The stretches that are open: of event time several at once, of rows one. */
export class Stretches {
  readonly every: Measured
  open: Stretch[] = []
  private readonly step: string
  private readonly fields: readonly WatchedField[]

  constructor(step: string, every: Measured, fields: readonly WatchedField[]) {
    this.step = step
    this.every = every
    this.fields = fields
  }

  /** The stretch that a row of this event time belongs to. */
  at(time: number): Stretch {
    const { size } = this.every
    const start = Math.floor(time / size) * size
    return this.open.find(stretch => stretch.start === start) ?? this.begin(start, start + size)
  }

  /** The one stretch of so many rows. */
  filling(): Stretch {
    return this.open[0] ?? this.begin(0, 0)
  }

  begin(start: number, end: number): Stretch {
    if (this.open.length === limits.driftStretches) {
      const message = `more than limits.driftStretches, ${limits.driftStretches}, stretches are open`
      throw new HeadraceError('HR_DRIFT_STRETCHES', message, { step: this.step })
    }
    const stretch = new Stretch(start, end, this.fields)
    this.open.push(stretch)
    this.open.sort((a, b) => a.start - b.start)
    return stretch
  }

  drop(stretch: Stretch): void {
    this.open.splice(this.open.indexOf(stretch), 1)
  }
}
