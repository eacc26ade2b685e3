/** How much of what a store has answered is remembered, and for how long. */
export interface CacheBounds {
  readonly entries: number
  readonly ttlMs: number
}

export interface CachedAnswer<V> {
  readonly value: V
  readonly until: number
}

/** Answers of a store by what was asked, those that nobody asked for the longest let go of first. */
export class LookupCache<K, V> {
  private readonly bounds: CacheBounds
  /** In the order in which they were last used. */
  private readonly kept = new Map<K, CachedAnswer<V>>()

  constructor(bounds: CacheBounds) {
    this.bounds = bounds
  }

  get size(): number {
    return this.kept.size
  }

  get(key: K, now: number): CachedAnswer<V> | undefined {
    const answer = this.kept.get(key)
    if (answer === undefined) return undefined
    this.kept.delete(key)
    if (answer.until <= now) return undefined
    this.kept.set(key, answer)
    return answer
  }

  /** `asked` is when the store was asked: what it says may be as old as that. */
  set(key: K, value: V, asked: number): void {
    this.kept.delete(key)
    this.kept.set(key, { value, until: asked + this.bounds.ttlMs })
    if (this.kept.size > this.bounds.entries) this.kept.delete(this.kept.keys().next().value as K)
  }
}
