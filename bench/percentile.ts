/** The value that this part of all of them does not exceed; NaN of none. */
export function percentile(values: Float64Array, part: number): number {
  const sorted = values.toSorted()
  return sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? Number.NaN
}
