import type { Status } from './status.ts'
import { shortCount, shortSpan } from './units.ts'

/** A part of the line: in full, and shorter where the terminal is narrow. */
interface Part {
  readonly full: string
  readonly short: string
  /** The higher, the sooner it is left out where even the short parts do not fit. */
  readonly rank: number
}

/** The state of a run in one line that fits into `width` columns. */
export function progressLine(status: Status, width: number): string {
  const parts = partsOf(status)
  const full = join(parts.map(part => part.full))
  if (full.length <= width) return full
  let kept = parts
  for (;;) {
    const line = join(kept.map(part => part.short))
    if (line.length <= width || kept.length === 1) return line.slice(0, width)
    const worst = Math.max(...kept.map(part => part.rank))
    kept = kept.filter(part => part.rank !== worst)
  }
}

function partsOf(status: Status): Part[] {
  const { rowsPerSecond, lag, late, rejected, checkpointAgeMs, watermark, watermarkDelayMs } = status
  const rate = shortCount(rowsPerSecond)
  const counts = [shortCount(lag), shortCount(late), shortCount(rejected)]
  const age = shortSpan(Math.max(0, checkpointAgeMs))
  const [delay, behind] =
    watermarkDelayMs === null
      ? ['none yet', 'none']
      : [`${shortSpan(watermarkDelayMs)} ago`, shortSpan(-watermarkDelayMs)]
  const time = watermark === null ? '' : `${watermark.slice(0, 19).replace('T', ' ')}, `
  return [
    { full: `${rate} rows/s`, short: `${rate}/s`, rank: 0 },
    { full: `lag ${counts[0]}`, short: `lag ${counts[0]}`, rank: 1 },
    { full: `watermark ${time}${delay}`, short: `watermark ${behind}`, rank: 2 },
    { full: `late ${counts[1]}`, short: `late ${counts[1]}`, rank: 3 },
    { full: `rejected ${counts[2]}`, short: `rejected ${counts[2]}`, rank: 4 },
    { full: `committed ${age} ago`, short: `commit ${age}`, rank: 5 },
  ]
}

function join(parts: readonly string[]): string {
  return parts.join('  ')
}
