import { shortBytes } from '../units.ts'

const units = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'm'],
  [1000, 's'],
] as const

/** How long and how much is kept of a partition, -1 for no bound: `7d`, `1 GiB`, `7d, 1 GiB`, `all`. */
export function retentionText(ms: number, bytes: number): string {
  const parts = [ms < 0 ? '' : durationText(ms), bytes < 0 ? '' : shortBytes(bytes)].filter(
    part => part !== '',
  )
  return parts.length === 0 ? 'all' : parts.join(', ')
}

/** In the largest unit that says it exactly. */
function durationText(ms: number): string {
  const [size, name] = units.find(([size]) => ms > 0 && ms % size === 0) ?? [1, 'ms']
  return `${ms / size}${name}`
}
