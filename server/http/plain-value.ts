/** A value as JSON has it: there are no 64 bit integers there that everybody reads right, and no vectors. */
export function plainValue(value: unknown): unknown {
  if (typeof value === 'bigint') return String(value)
  if (value instanceof Float32Array) return Array.from(value)
  return value ?? null
}
