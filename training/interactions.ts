/** Who took what, and when: users and items are numbers from 0 up, in the order in which they first came. */
export interface Interactions {
  readonly users: Int32Array
  readonly items: Int32Array
  readonly times: Float64Array
  readonly userCount: number
  /** What the numbers of the items stand for. */
  readonly itemKeys: readonly ItemKey[]
}

export type ItemKey = string | number

const FIRST_ROWS = 4096

/** Gathers interactions row by row. */
export class InteractionGatherer {
  private readonly userNumbers = new Map<string | number, number>()
  private readonly itemNumbers = new Map<ItemKey, number>()
  private users = new Int32Array(FIRST_ROWS)
  private items = new Int32Array(FIRST_ROWS)
  private times = new Float64Array(FIRST_ROWS)
  private count = 0

  add(user: string | number, item: ItemKey, time: number): void {
    if (this.count === this.users.length) this.grow()
    this.users[this.count] = numberOf(this.userNumbers, user)
    this.items[this.count] = numberOf(this.itemNumbers, item)
    this.times[this.count++] = time
  }

  finish(): Interactions {
    const { count, userNumbers, itemNumbers } = this
    return {
      users: this.users.slice(0, count),
      items: this.items.slice(0, count),
      times: this.times.slice(0, count),
      userCount: userNumbers.size,
      itemKeys: [...itemNumbers.keys()],
    }
  }

  private grow(): void {
    const { users, items, times } = this
    this.users = new Int32Array(2 * users.length)
    this.items = new Int32Array(2 * items.length)
    this.times = new Float64Array(2 * times.length)
    this.users.set(users)
    this.items.set(items)
    this.times.set(times)
  }
}

/**
 * Those with the items that most users took, at most so many of them; of equally many, the item that came first. The
 * items that are left are numbered anew, the most taken one 0.
 */
export function keepTopItems(interactions: Interactions, most: number): Interactions {
  const { users, items, userCount, itemKeys } = interactions
  const takers = new Int32Array(itemKeys.length)
  const seen = new Set<number>()
  for (let row = 0; row < items.length; row++) {
    const pair = items[row] * userCount + users[row]
    if (seen.has(pair)) continue
    seen.add(pair)
    takers[items[row]]++
  }
  const taken = [...takers.keys()].filter(item => takers[item] > 0)
  const kept = taken.sort((a, b) => takers[b] - takers[a] || a - b).slice(0, most)
  const numbers = new Int32Array(itemKeys.length).fill(-1)
  kept.forEach((item, number) => {
    numbers[item] = number
  })
  const found = keepRows(interactions, row => numbers[items[row]] >= 0)
  return {
    ...found,
    items: found.items.map(item => numbers[item]),
    itemKeys: kept.map(item => itemKeys[item]),
  }
}

/** The rows before a time, and those from it on: so that a model is judged by what came after all it has seen. */
export function splitAt(
  interactions: Interactions,
  time: number,
): [before: Interactions, after: Interactions] {
  const { times } = interactions
  return [keepRows(interactions, row => times[row] < time), keepRows(interactions, row => times[row] >= time)]
}

/** The time before which this share of the interactions lies. */
export function timeOfShare({ times }: Interactions, share: number): number {
  return times.slice().sort()[Math.min(times.length - 1, Math.floor(times.length * share))]
}

function keepRows(interactions: Interactions, isKept: (row: number) => boolean): Interactions {
  const { users, items, times } = interactions
  const rows = Int32Array.from(users.keys()).filter(isKept)
  return {
    ...interactions,
    users: rows.map(row => users[row]),
    items: rows.map(row => items[row]),
    times: Float64Array.from(rows, row => times[row]),
  }
}

function numberOf<K>(numbers: Map<K, number>, key: K): number {
  const known = numbers.get(key)
  if (known !== undefined) return known
  numbers.set(key, numbers.size)
  return numbers.size - 1
}
