/** Windows computed the plain way, row by row, to compare the operators with. */
export interface NaiveRow {
  readonly at: number
  readonly user: number | string
  readonly value: number
}

export interface NaiveWindow<R> {
  readonly start: number
  readonly end: number
  /** The rows of each key, in their order, the keys by pane and within it by first appearance. */
  readonly keys: Map<unknown, R[]>
}

export interface NaiveResult<R> {
  readonly windows: NaiveWindow<R>[]
  readonly late: R[]
}

/** One input's rows in windows of `size` every `every`. A row is late when all of its windows have closed. */
export function naiveWindows<R extends NaiveRow>(
  rows: readonly R[],
  size: number,
  every: number,
  lateness: number,
): NaiveResult<R> {
  const accepted: { row: R; from: number }[] = []
  const late: R[] = []
  let watermark = Number.NEGATIVE_INFINITY
  for (const row of rows) {
    watermark = Math.max(watermark, row.at - lateness)
    const starts = startsOf(row.at, size, every).filter(start => start + size > watermark)
    if (starts.length === 0) late.push(row)
    else accepted.push({ row, from: Math.min(...starts) })
  }
  const all = new Set(
    accepted.flatMap(({ row, from }) => startsOf(row.at, size, every).filter(start => start >= from)),
  )
  const windows = [...all]
    .sort((a, b) => a - b)
    .map(start => {
      const inside = accepted.filter(
        ({ row, from }) => from <= start && row.at >= start && row.at < start + size,
      )
      return {
        start,
        end: start + size,
        keys: byKey(
          inside.map(({ row }) => row),
          size,
          every,
        ),
      }
    })
  return { windows, late }
}

function startsOf(at: number, size: number, every: number): number[] {
  const starts: number[] = []
  for (let start = Math.floor(at / every) * every; start > at - size; start -= every) starts.push(start)
  return starts
}

function byKey<R extends NaiveRow>(rows: readonly R[], size: number, every: number): Map<unknown, R[]> {
  const pane = greatestCommonDivisor(size, every)
  const keys = new Map<unknown, R[]>()
  const byPane = [...rows].sort((a, b) => Math.floor(a.at / pane) - Math.floor(b.at / pane))
  for (const { user } of byPane)
    if (!keys.has(user))
      keys.set(
        user,
        rows.filter(row => row.user === user),
      )
  return keys
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b)
}

export interface NaiveEmission<R> {
  readonly final: boolean
  readonly start: number
  readonly end: number
  readonly user: unknown
  /** The rows that the result is of. */
  readonly rows: R[]
}

/** All results, early and final, as they have to come, one input's rows being read one by one. */
export function naiveEmissions<R extends NaiveRow>(
  rows: readonly R[],
  window: {
    readonly size: number
    readonly every: number
    readonly lateness: number
    readonly early: number
  },
): NaiveEmission<R>[] {
  const { size, every, lateness, early } = window
  const out: NaiveEmission<R>[] = []
  let watermark = Number.NEGATIVE_INFINITY
  let changed: R[] = []
  const emit = (seen: R[], from: number, to: number, final: boolean) => {
    for (const { start, end, keys } of naiveWindows(seen, size, every, lateness).windows) {
      if (end <= from || end > to) continue
      for (const [user, own] of keys) {
        if (final || own.some(row => changed.includes(row))) out.push({ final, start, end, user, rows: own })
      }
    }
  }
  for (let i = 0; i <= rows.length; i++) {
    const before = watermark
    watermark = i === rows.length ? 1e6 : Math.max(watermark, (rows[i] as R).at - lateness)
    const seen = rows.slice(0, i)
    emit(seen, before, watermark, true)
    if (Math.floor(watermark / early) > Math.floor(before / early)) {
      emit(seen, watermark, Number.POSITIVE_INFINITY, false)
      changed = []
    }
    if (i < rows.length) changed.push(rows[i] as R)
  }
  return out
}
