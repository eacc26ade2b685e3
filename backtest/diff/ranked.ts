/** What rows are ranked by: the largest first, of those as large the earliest. */
export interface Rank {
  readonly size: number
  readonly time: number
  /** Of the key: so that which of many alike are kept does not depend on the order in which they come. */
  readonly hash: number
}

/** The first ones by rank of all that come by. */
export class Ranked<R extends Rank> {
  readonly items: R[] = []
  private readonly most: number

  constructor(most: number) {
    this.most = most
  }

  /** Whether one of this rank would be kept: to be asked before it is made. */
  wants(size: number, time: number, hash: number): boolean {
    if (this.items.length < this.most) return true
    const last = this.items.at(-1)
    return last !== undefined && isBefore(size, time, hash, last)
  }

  add(item: R): void {
    let at = this.items.length
    while (at > 0 && isBefore(item.size, item.time, item.hash, this.items[at - 1])) at--
    this.items.splice(at, 0, item)
    if (this.items.length > this.most) this.items.pop()
  }
}

function isBefore(size: number, time: number, hash: number, other: Rank): boolean {
  if (size !== other.size) return size > other.size
  return time !== other.time ? time < other.time : hash < other.hash
}
