/** Mulberry32: the same numbers for the same seed, on every machine. */
export class Random {
  private state: number

  constructor(seed: number) {
    this.state = seed | 0
  }

  /** From 0 up to 1. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }

  /** From 0 to less than `count`, a whole number. */
  below(count: number): number {
    return Math.floor(this.next() * count)
  }

  oneIn(count: number): boolean {
    return this.next() * count < 1
  }
}
