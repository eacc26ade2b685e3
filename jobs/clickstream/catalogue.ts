import { Random } from './random.ts'

/** What the shop of the generated clickstream sells. */
export const itemCount = 1000
export const categoryCount = 20

const perCategory = itemCount / categoryCount

export function categoryOf(item: number): number {
  return Math.floor(item / perCategory)
}

/** An item of a category: the first ones are the popular ones. */
export function itemOf(category: number, rank: number): number {
  return category * perCategory + rank
}

/** What is bought with an item more often than anything else. */
export function companionOf(item: number): number {
  return item ^ 1
}

export const prices: Float64Array = pricesOf(new Random(7))

function pricesOf(random: Random): Float64Array {
  return Float64Array.from({ length: itemCount }, () => Math.round(200 + random.next() ** 2 * 9800) / 100)
}

/** A rank within a category, low ones far more often. */
export function rankOf(random: Random): number {
  return Math.floor(perCategory * random.next() ** 3)
}
