import type { Histories } from '../../training/histories.ts'
import { historiesOf, historyOf } from '../../training/histories.ts'
import type { Interactions } from '../../training/interactions.ts'
import { keepTopItems, splitAt, timeOfShare } from '../../training/interactions.ts'

/** A user to recommend for: what was taken before the split, oldest first, and what was new after it. */
export interface Case {
  readonly taken: Int32Array
  readonly relevant: ReadonlySet<number>
}

export interface Split {
  readonly histories: Histories
  readonly cases: readonly Case[]
}

/** Shares of the rows by time. */
const TRAINED_SHARE = 0.8
/** Fewer are too few to know somebody by. */
const TAKEN_LEAST = 5

/** The first four fifths by time train; who has taken enough then, and something new afterwards, judges. */
export function splitByTime(interactions: Interactions, itemsMost: number): Split {
  const [before, after] = splitAt(interactions, timeOfShare(interactions, TRAINED_SHARE))
  const trained = keepTopItems(before, itemsMost)
  const histories = historiesOf(trained)
  const numbers = new Map(trained.itemKeys.map((key, number) => [key, number]))
  const later = Array.from({ length: after.userCount }, () => new Set<number>())
  after.users.forEach((user, row) => {
    const item = numbers.get(after.itemKeys[after.items[row]])
    if (item !== undefined) later[user].add(item)
  })
  const cases = later.map((items, user) => {
    const taken = historyOf(histories, user)
    return { taken, relevant: items.difference(new Set(taken)) }
  })
  return {
    histories,
    cases: cases.filter(({ taken, relevant }) => taken.length >= TAKEN_LEAST && relevant.size > 0),
  }
}
