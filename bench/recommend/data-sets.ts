import { join } from 'node:path'
import type { Interactions } from '../../training/interactions.ts'
import { InteractionGatherer } from '../../training/interactions.ts'
import { csvRows } from './csv.ts'

export interface DataSet {
  readonly name: string
  /** What EASE is trained with, and how many of a user's newest items it is given: the best on the last fifth before the split. */
  readonly lambda: number
  readonly recent: number
  read(directory: string): Promise<Interactions>
}

export const dataSets: readonly DataSet[] = [
  { name: 'goodbooks', lambda: 300, recent: 10, read: readGoodbooks },
  { name: 'onlineretail', lambda: 200, recent: 200, read: readOnlineRetail },
]

/** A rating of 4 or 5 is a book taken. There are no times: the rows are said to be sorted by it, so their order is time. */
async function readGoodbooks(directory: string): Promise<Interactions> {
  const gatherer = new InteractionGatherer()
  let place = 0
  for await (const [user, book, rating] of csvRows(join(directory, 'goodbooks/ratings.csv.gz'))) {
    if (Number(rating) >= 4) gatherer.add(user, book, place)
    place++
  }
  return gatherer.finish()
}

/** What a known customer bought and paid for; cancellations and returns are none. */
async function readOnlineRetail(directory: string): Promise<Interactions> {
  const gatherer = new InteractionGatherer()
  for await (const row of csvRows(join(directory, 'onlineretail/transactions.csv.gz'))) {
    const [invoice, stockCode, , quantity, date, price, customer] = row
    if (invoice.startsWith('C') || customer === '') continue
    if (Number(quantity) > 0 && Number(price) > 0) gatherer.add(customer, stockCode, Date.parse(`${date}Z`))
  }
  return gatherer.finish()
}
