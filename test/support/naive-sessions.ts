/** Sessions computed pair by pair, to compare the operator with. */
export interface SeenRow<R> {
  readonly row: R
  readonly at: number
  readonly user: unknown
  readonly watermark: number
}

/** Rows of one input with the watermark that each is judged against. */
export function seenRows<R extends { at: number; user: unknown }>(
  rows: readonly R[],
  lateness: number,
): SeenRow<R>[] {
  let watermark = Number.NEGATIVE_INFINITY
  return rows.map(row => {
    watermark = Math.max(watermark, row.at - lateness)
    return { row, at: row.at, user: row.user, watermark }
  })
}

/** The rows of each session, sessions in the order in which they close. */
export function naiveSessions<R>(rows: readonly SeenRow<R>[], gap: number): { sessions: R[][]; late: R[] } {
  const inTime = rows.filter(({ at, watermark }) => at + gap >= watermark)
  const late = rows.filter(one => !inTime.includes(one)).map(({ row }) => row)
  const group = inTime.map((_, index) => index)
  for (let round = 0; round < inTime.length; round++) {
    inTime.forEach((a, i) => {
      inTime.forEach((b, k) => {
        if (joined(a, b, gap)) group[i] = group[k] = Math.min(group[i], group[k])
      })
    })
  }
  const sessions = [...new Set(group)].map(number => inTime.filter((_, i) => group[i] === number))
  const times = (session: SeenRow<R>[]) => session.map(({ at }) => at)
  sessions.sort(
    (a, b) => Math.max(...times(a)) - Math.max(...times(b)) || Math.min(...times(a)) - Math.min(...times(b)),
  )
  return { sessions: sessions.map(session => session.map(({ row }) => row)), late }
}

/** Near enough, and the earlier of them not yet over where the later watermark stands. */
function joined(a: SeenRow<unknown>, b: SeenRow<unknown>, gap: number): boolean {
  if (a.user !== b.user || Math.abs(a.at - b.at) > gap) return false
  return Math.min(a.at, b.at) + gap >= Math.max(a.watermark, b.watermark)
}
