const powers = ['', 'k', 'M', 'G', 'T']

/** A count in at most five characters: 999, 1.23k, 45.6M. */
export function shortCount(count: number): string {
  return scaled(count, 1000, powers)
}

/** A size, as in 1.5 MiB. */
export function shortBytes(bytes: number): string {
  return scaled(bytes, 1024, [' B', ' KiB', ' MiB', ' GiB', ' TiB'])
}

function scaled(value: number, base: number, units: readonly string[]): string {
  let unit = 0
  let rest = value
  // What would round up to the next power is given in it.
  while (rest >= base - 0.5 && unit < units.length - 1) {
    rest /= base
    unit++
  }
  const digits = unit === 0 || rest >= 99.95 ? 0 : rest >= 9.995 ? 1 : 2
  return `${rest.toFixed(digits)}${units[unit]}`
}

const steps = [
  [86_400_000, 'd', 3_600_000, 'h'],
  [3_600_000, 'h', 60_000, 'm'],
  [60_000, 'm', 1000, 's'],
] as const

/** A span of time in its two largest units: 320ms, 4.2s, 3m12s, 2d4h. */
export function shortSpan(ms: number): string {
  const size = Math.abs(ms)
  const sign = ms < 0 ? '-' : ''
  if (size < 1000) return `${sign}${Math.round(size)}ms`
  if (size < 59_950) return `${sign}${(size / 1000).toFixed(1)}s`
  const [large, name, small, next] = steps.find(([least]) => size >= least - 500) ?? steps[2]
  const whole = Math.round(size / small)
  const perLarge = large / small
  return `${sign}${Math.floor(whole / perLarge)}${name}${whole % perLarge}${next}`
}
