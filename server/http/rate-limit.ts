import { limits } from '../../engine/limits.ts'

interface Bucket {
  tokens: number
  at: number
}

/** Lets each caller through so many times a second on average, and as often at once. */
export class RateLimit {
  private readonly perSecond: number
  /** Those that were heard of last stand last. */
  private readonly buckets = new Map<string, Bucket>()

  constructor(perSecond: number) {
    this.perSecond = perSecond
  }

  /** Milliseconds until the caller may come again; 0 if it may now. */
  take(caller: string, now: number): number {
    const bucket = this.buckets.get(caller) ?? { tokens: this.perSecond, at: now }
    this.buckets.delete(caller)
    this.buckets.set(caller, bucket)
    if (this.buckets.size > limits.serverCallers) this.forgetOldest()
    const refilled = bucket.tokens + ((now - bucket.at) / 1000) * this.perSecond
    bucket.tokens = Math.min(this.perSecond, refilled)
    bucket.at = now
    if (bucket.tokens < 1) return Math.ceil(((1 - bucket.tokens) / this.perSecond) * 1000)
    bucket.tokens--
    return 0
  }

  private forgetOldest(): void {
    for (const caller of this.buckets.keys()) {
      this.buckets.delete(caller)
      return
    }
  }
}
