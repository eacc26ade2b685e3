/** The event time of one input of a task. Its watermark never goes back. */
export class InputClock {
  readonly latenessMs: number
  watermark = Number.NEGATIVE_INFINITY
  /** The largest event time seen. */
  maxTime = Number.NEGATIVE_INFINITY
  /** Records in a row that were rejected for lying in the far future. */
  futureRun = 0
  /** Whether it has stopped holding the others back. */
  idle = false
  /** Time of day of its last record; NaN before the first look. */
  lastArrival = Number.NaN

  constructor(latenessMs: number) {
    this.latenessMs = latenessMs
  }

  raise(watermark: number): void {
    if (watermark > this.watermark) this.watermark = watermark
  }
}

/** The event time of a task: the minimum over its inputs, those that are idle left out. */
export class TaskClock {
  readonly inputs: InputClock[] = []
  private reached = Number.NEGATIVE_INFINITY

  get watermark(): number {
    return this.reached
  }

  /** The minimum over the other inputs: what `input` alone cannot pass. */
  others(input: number): number {
    let least = Number.POSITIVE_INFINITY
    for (let k = 0; k < this.inputs.length; k++) {
      const clock = this.inputs[k] as InputClock
      if (k !== input && !clock.idle && clock.watermark < least) least = clock.watermark
    }
    return least
  }

  get allIdle(): boolean {
    return this.inputs.every(clock => clock.idle)
  }

  /** Event time as it would be if it had gone on at the pace of the clock since the last record. */
  projected(now: number): number {
    return Math.max(...this.inputs.map(clock => clock.watermark + (now - clock.lastArrival)))
  }

  /** Moves the task's watermark to where its inputs have got. */
  advance(): number {
    const least = this.others(-1)
    this.raise(least === Number.POSITIVE_INFINITY ? this.leastOfAll() : least)
    return this.reached
  }

  /** Moves it where no input does: from a checkpoint. */
  raise(watermark: number): void {
    if (watermark > this.reached) this.reached = watermark
  }

  private leastOfAll(): number {
    return Math.min(...this.inputs.map(clock => clock.watermark))
  }
}
