/** Round numbers, whole ones, from 0 to at least `most`, not many of them. */
export function ticksTo(most: number): number[] {
  return ticksOver(0, Math.max(most, 1), 4, 1)
}

/** Round numbers, some `wanted` of them, from at most `low` to at least `high`. */
export function ticksOver(low: number, high: number, wanted: number, least = 0): number[] {
  const rough = (high - low) / wanted || Math.abs(high) / wanted || 1
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = Math.max(least, power * ([1, 2, 5].find(factor => factor * power >= rough) ?? 10))
  const first = Math.floor(low / step)
  // What is a hair above a tick needs no further one.
  const count = Math.max(1, Math.ceil(high / step - first - 1e-9))
  return Array.from({ length: count + 1 }, (_, index) => Number(((first + index) * step).toPrecision(12)))
}

/** A coordinate in few characters. */
export function at(value: number): string {
  return String(Math.round(value * 100) / 100)
}
