/**
 * Where overlapping windows and their panes lie. A pane is as long as the greatest common divisor of a
 * window's length and the distance of two windows, so that each window is a row of whole panes.
 */
export class SlidingTimes {
  readonly sizeMs: number
  readonly everyMs: number
  readonly paneMs: number

  constructor(sizeMs: number, everyMs: number) {
    this.sizeMs = sizeMs
    this.everyMs = everyMs
    this.paneMs = greatestCommonDivisor(sizeMs, everyMs)
  }

  /** Panes a window. */
  get panes(): number {
    return this.sizeMs / this.paneMs
  }

  paneOf(time: number): number {
    return Math.floor(time / this.paneMs) * this.paneMs
  }

  /** The start of the last window with that pane. */
  lastWindow(pane: number): number {
    return Math.floor(pane / this.everyMs) * this.everyMs
  }

  /** The start of the first window with that pane that `watermark` has not closed; beyond `lastWindow`: there is none. */
  firstOpen(pane: number, watermark: number): number {
    const { sizeMs, everyMs } = this
    const first = this.firstWindow(pane)
    if (first + sizeMs > watermark) return first
    return (Math.floor((watermark - sizeMs) / everyMs) + 1) * everyMs
  }

  /** From which watermark on `window` is the first open one with that pane. */
  closedBefore(pane: number, window: number): number {
    return window === this.firstWindow(pane) ? Number.NEGATIVE_INFINITY : window - this.everyMs + this.sizeMs
  }

  /** The start of the first window with that pane. */
  private firstWindow(pane: number): number {
    return Math.ceil((pane + this.paneMs - this.sizeMs) / this.everyMs) * this.everyMs
  }
}

export function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b)
}
