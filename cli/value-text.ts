import { signature } from '../engine/batch/schema.ts'
import type { Field } from '../engine/index.ts'
import { jsonLine } from './io.ts'

/** A stored value in a cell of a table: texts with quotes only where they are needed to see what they are. */
export function cellText(value: unknown): string {
  if (typeof value === 'string') return /^[^\s"]+( [^\s"]+)*$/.test(value) ? value : JSON.stringify(value)
  return jsonLine(value)
}

export function timeText(time: number | null): string {
  return time === null ? '' : new Date(time).toISOString()
}

const units = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'm'],
  [1000, 's'],
  [1, 'ms'],
] as const

/** A duration as it is written in a job: 7d, 90s. */
export function durationText(ms: number): string {
  const [size, unit] = units.find(([least]) => ms % least === 0 && ms > 0) ?? [1, 'ms']
  return `${ms / size}${unit}`
}

/** What a field may hold, as in `int, 0 to 9`. */
export function fieldText(field: Field): string {
  const { min, max } = field
  const bounds =
    min !== undefined && max !== undefined
      ? `, ${min} to ${max}`
      : min !== undefined
        ? `, ${min} or more`
        : max !== undefined
          ? `, ${max} or less`
          : ''
  return signature(field).replace(/\?$/, ', or null') + bounds
}
