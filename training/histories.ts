import type { Interactions } from './interactions.ts'

/** What each user took, in the order of time, each item once: user u has `items[start[u]..start[u + 1])`. */
export interface Histories {
  readonly start: Int32Array
  readonly items: Int32Array
  readonly itemCount: number
}

/** An item that a user took several times is where it was taken first. */
export function historiesOf({ users, items, times, userCount, itemKeys }: Interactions): Histories {
  const order = [...users.keys()].sort((a, b) => users[a] - users[b] || times[a] - times[b] || a - b)
  const start = new Int32Array(userCount + 1)
  const taken = new Int32Array(items.length)
  const takenBy = new Int32Array(itemKeys.length).fill(-1)
  let count = 0
  for (const row of order) {
    const [user, item] = [users[row], items[row]]
    if (takenBy[item] === user) continue
    takenBy[item] = user
    taken[count++] = item
    start[user + 1] = count
  }
  for (let user = 0; user < userCount; user++) start[user + 1] = Math.max(start[user], start[user + 1])
  return { start, items: taken.slice(0, count), itemCount: itemKeys.length }
}

export function historyOf({ start, items }: Histories, user: number): Int32Array {
  return items.subarray(start[user], start[user + 1])
}
