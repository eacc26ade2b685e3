/** By how much two numbers may differ and still count as equal: either is enough. */
export interface Tolerance {
  readonly absolute: number
  /** Of the larger of the two. */
  readonly relative: number
}

export const exact: Tolerance = { absolute: 0, relative: 0 }

/** `1e-9`, or `1%`; undefined for anything else. */
export function parseTolerance(text: string): Tolerance | undefined {
  const match = /^(?<number>\d+(?:\.\d*)?(?:e[+-]?\d+)?)(?<percent>%?)$/i.exec(text)
  if (match?.groups === undefined) return undefined
  const value = Number(match.groups.number)
  if (!Number.isFinite(value)) return undefined
  return match.groups.percent === ''
    ? { absolute: value, relative: 0 }
    : { absolute: 0, relative: value / 100 }
}
