import { usageError } from './flags.ts'
import type { Moment, Place } from './place/place.ts'

/** Where in a topic something begins or ends: at a moment, at the same offset of each partition, or at one of its own. */
export type Where =
  | { readonly moment: Moment }
  | { readonly offset: number }
  | { readonly offsets: readonly number[] }

export const whereHelp = 'earliest, latest, an offset, or a time as 2026-01-31T12:00:00Z'

export function parseWhere(text: string, flag: string): Where {
  if (text === 'earliest' || text === 'latest') return { moment: text }
  if (/^\d+$/.test(text)) return { offset: Number(text) }
  const time = Date.parse(text)
  if (!Number.isNaN(time)) return { moment: time }
  throw usageError(`--${flag} is "${text}"; allowed: earliest, latest, an offset, a time in ISO form`)
}

/** The offsets of a topic's partitions there. They differ in length: where one has no such offset, its first or its end. */
export async function offsetsAt(place: Place, topic: string, where: Where): Promise<number[]> {
  if ('moment' in where) return place.offsets(topic, where.moment)
  if ('offsets' in where) return [...where.offsets]
  const [starts, ends] = await Promise.all([place.offsets(topic, 'earliest'), place.offsets(topic, 'latest')])
  return starts.map((start, partition) => Math.min(Math.max(where.offset, start), ends[partition]))
}
