import { HeadraceError } from '../../engine/errors.ts'
import { limits } from '../../engine/limits.ts'
import type { FileRecord } from './labels.ts'
import { timeOf } from './labels.ts'

interface Taken {
  times: number[]
  items: string[]
  isSorted: boolean
}

/** Who took which item when. */
export class Interactions {
  size = 0
  private readonly userField: string
  private readonly byUser = new Map<string, Taken>()

  /** Records have the user in this field, and `item` and `ts`. */
  constructor(userField: string) {
    this.userField = userField
  }

  add(record: FileRecord): void {
    const missing = [this.userField, 'item', 'ts'].find(name => record[name] === undefined)
    if (missing !== undefined) throw new HeadraceError('HR_RECORD_MISMATCH', `it has no "${missing}"`)
    if (++this.size > limits.diffInteractions) {
      const message = `there are more than ${limits.diffInteractions} interactions`
      throw new HeadraceError('HR_RECORD_MISMATCH', message)
    }
    const user = String(record[this.userField])
    const taken = this.byUser.get(user) ?? { times: [], items: [], isSorted: true }
    const time = timeOf(record.ts)
    taken.isSorted &&= taken.times.length === 0 || (taken.times.at(-1) as number) <= time
    taken.times.push(time)
    taken.items.push(String(record.item))
    this.byUser.set(user, taken)
  }

  /** What a user took later than at a time. */
  after(user: string, time: number): Set<string> {
    const taken = this.byUser.get(user)
    if (taken === undefined) return new Set()
    if (!taken.isSorted) sort(taken)
    return new Set(taken.items.slice(firstAfter(taken.times, time)))
  }
}

function sort(taken: Taken): void {
  const order = taken.times.map((_, index) => index).sort((a, b) => taken.times[a] - taken.times[b])
  taken.items = order.map(index => taken.items[index])
  taken.times = order.map(index => taken.times[index])
  taken.isSorted = true
}

function firstAfter(times: readonly number[], time: number): number {
  let [low, high] = [0, times.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (times[middle] > time) high = middle
    else low = middle + 1
  }
  return low
}
