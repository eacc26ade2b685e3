export interface BreakerOptions {
  /** So many failures in a row open it. */
  readonly failures: number
  /** For so long nothing is tried then. */
  readonly retryAfterMs: number
}

/** Keeps calls from what has failed several times in a row; after a while one may try again. */
export class Breaker {
  private readonly options: BreakerOptions
  private inARow = 0
  private openUntil = Number.NEGATIVE_INFINITY

  constructor(options: BreakerOptions) {
    this.options = options
  }

  isOpen(now: number): boolean {
    return this.inARow >= this.options.failures && now < this.openUntil
  }

  failed(now: number): void {
    this.inARow++
    this.openUntil = now + this.options.retryAfterMs
  }

  succeeded(): void {
    this.inARow = 0
  }
}
