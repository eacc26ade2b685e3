import { objectIn, refused, wordsIn } from '../answers.ts'
import type { InfluxAnswer } from '../exchange.ts'
import type { PointBatch } from './point-batch.ts'

/** What the server says of some points of a batch. */
export type Verdict =
  | { readonly kind: 'written' }
  /** They are too much for one request. */
  | { readonly kind: 'large'; readonly reason: string }
  /** None of them is one that it takes. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** It does not take some of them, and does not say which. */
  | { readonly kind: 'mixed'; readonly reason: string }
  /** It does not take these, and has taken the others. */
  | { readonly kind: 'named'; readonly reasons: ReadonlyMap<number, string> }

export function verdictOf(
  answer: InfluxAnswer,
  batch: PointBatch,
  first: number,
  behind: number,
  bucket: string,
): Verdict {
  const { status, text } = answer
  const reason = wordsIn(text)
  switch (status) {
    case 204:
      return { kind: 'written' }
    case 413:
      return { kind: 'large', reason: reason || 'it is too large' }
    // Version 3 calls it created where some of the points are.
    case 201:
    case 400:
    case 422: {
      if (behind - first === 1 || droppedIn(reason) === behind - first) return { kind: 'refused', reason }
      const reasons = namedIn(text, batch, first, behind)
      return reasons === undefined ? { kind: 'mixed', reason } : { kind: 'named', reasons }
    }
    default:
      throw refused(`writing to bucket "${bucket}"`, answer)
  }
}

/** How many points were left out: of all, or of those that share a shard, so that only the whole number says something. */
function droppedIn(reason: string): number {
  return Number(/dropped=(?<count>\d+)/.exec(reason)?.groups?.count)
}

interface NamedLine {
  readonly line_number?: unknown
  readonly original_line?: unknown
  readonly error_message?: unknown
}

/**
 * The points that version 3 names, by the number of their line. It gives their beginnings too: where one is not that of
 * our line, the numbers are not ours, and say nothing.
 */
function namedIn(
  text: string,
  batch: PointBatch,
  first: number,
  behind: number,
): ReadonlyMap<number, string> | undefined {
  const { data } = objectIn(text)
  if (!Array.isArray(data) || data.length === 0) return undefined
  const reasons = new Map<number, string>()
  for (const { line_number: number, original_line: line, error_message: reason } of data as NamedLine[]) {
    const point = first + Number(number) - 1
    if (!Number.isInteger(point) || point < first || point >= behind) return undefined
    if (typeof line !== 'string' || line === '') return undefined
    if (!Buffer.from(batch.line(point)).toString().startsWith(line)) return undefined
    reasons.set(point, String(reason))
  }
  return reasons
}
