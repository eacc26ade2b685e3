/** Values for people, who may look at them in a table. */

export function countText(count: number): string {
  return count.toLocaleString('en')
}

/** A count of something, as in `3 rows`. */
export function amountText(count: number, one: string): string {
  return `${countText(count)} ${one}${count === 1 ? '' : 's'}`
}

/** At most six digits that say something. */
export function numberText(value: number | null): string {
  if (value === null) return ''
  const size = Math.abs(value)
  if (size >= 1e9 || (size > 0 && size < 1e-4)) return value.toExponential(2).replace('e+', 'e')
  return value.toLocaleString('en', { maximumSignificantDigits: 6 })
}

export function percentText(share: number | null): string {
  if (share === null) return ''
  const percent = share * 100
  if (percent === 0 || percent === 100) return `${percent}%`
  // What is not all, or not nothing, does not look as if it were.
  if (percent > 99.99 && percent < 100) return '>99.99%'
  return percent < 0.01 ? '<0.01%' : `${percent.toLocaleString('en', { maximumSignificantDigits: 4 })}%`
}

/** A time as short as it can be exact; beyond the years that a date can hold, the number. */
export function timeText(time: number): string {
  if (Math.abs(time) > 8.64e15) return String(time)
  return new Date(time)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.000Z$/, '')
    .replace(/Z$/, '')
}

/** `isTime` where it is of a column of times. */
export function valueText(value: unknown, isTime: boolean): string {
  if (isTime && typeof value === 'number') return timeText(value)
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : shortNumber(value)
  if (typeof value !== 'object') return String(value)
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'number' ? Number(shortNumber(part)) : part,
  )
}

/** The changed values of a field, with as many digits as it takes to see that they differ. */
export function pairText(a: unknown, b: unknown, isTime: boolean): readonly [string, string] {
  const texts = [valueText(a, isTime), valueText(b, isTime)] as const
  return texts[0] === texts[1] ? [plainText(a), plainText(b)] : texts
}

function plainText(value: unknown): string {
  return typeof value === 'string'
    ? JSON.stringify(value)
    : typeof value === 'object'
      ? JSON.stringify(value)
      : String(value)
}

function shortNumber(value: number): string {
  return String(Number(value.toPrecision(7)))
}

const units = [
  [86_400_000, 'day'],
  [3_600_000, 'hour'],
  [60_000, 'minute'],
  [1000, 'second'],
  [1, 'millisecond'],
] as const

/** As in `5 minutes`, `hour`. */
export function widthText(ms: number): string {
  const [size, unit] = units.find(([least]) => ms % least === 0) ?? [1, 'millisecond']
  return ms === size ? unit : `${ms / size} ${unit}s`
}
