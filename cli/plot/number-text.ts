/** A number in few characters, as at an axis. */
export function numberText(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e7) return String(value)
  const size = Math.abs(value)
  if (size >= 1e7 || (size > 0 && size < 1e-3)) return value.toExponential(2).replace('e+', 'e')
  return String(Number(value.toPrecision(5)))
}
