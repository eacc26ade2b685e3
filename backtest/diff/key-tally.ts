import { limits } from '../../engine/limits.ts'

export type Outcome = 'changed' | 'onlyA' | 'onlyB'

export interface KeyDifference {
  readonly key: string
  readonly changed: number
  readonly onlyA: number
  readonly onlyB: number
}

type Counts = { -readonly [K in keyof KeyDifference]: KeyDifference[K] }

/** Counts the differences of each key, without its window. */
export class KeyTally {
  /** Whether keys had to be forgotten: then a count may be too low. */
  isRough = false
  private counts = new Map<string, Counts>()

  add(key: string, outcome: Outcome): void {
    let found = this.counts.get(key)
    if (found === undefined) {
      if (this.counts.size >= limits.diffKeys) this.forget()
      found = { key, changed: 0, onlyA: 0, onlyB: 0 }
      this.counts.set(key, found)
    }
    found[outcome]++
  }

  /** Those that differ most. */
  top(most: number): KeyDifference[] {
    return this.sorted().slice(0, most)
  }

  get size(): number {
    return this.counts.size
  }

  /** The half of them that differ least. */
  private forget(): void {
    this.isRough = true
    this.counts = new Map(this.top(limits.diffKeys >> 1).map(one => [one.key, one]))
  }

  private sorted(): Counts[] {
    const total = ({ changed, onlyA, onlyB }: Counts) => changed + onlyA + onlyB
    return [...this.counts.values()].sort((a, b) => total(b) - total(a) || (a.key < b.key ? -1 : 1))
  }
}
