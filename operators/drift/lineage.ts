import type { ComputedRow, Lineage } from '../../engine/lineage.ts'
import type { DriftSettings } from './options.ts'

/** Of a statistic: the rows of its stretch. What they are compared with comes from the reference, or from rows before. */
export function driftLineage({ every }: DriftSettings): Lineage {
  const inputs =
    every.unit === 'rows'
      ? [{ key: [], within: () => true, newest: { rows: every.size, by: 'arrival' as const } }]
      : [{ key: [], within: inStretch }]
  return { inputs, exact: true, withCause: every.unit === 'rows' }
}

function inStretch({ row }: ComputedRow, time: number): boolean {
  return time >= (row.windowStart as number) && time < (row.windowEnd as number)
}
