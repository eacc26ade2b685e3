/** Round numbers from 0 to at least `most`, not many of them. */
export function ticksTo(most: number): number[] {
  if (most <= 0) return [0, 1]
  const rough = most / 4
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = Math.max(1, power * ([1, 2, 5, 10].find(factor => factor * power >= rough) ?? 10))
  const count = Math.ceil(most / step)
  return Array.from({ length: count + 1 }, (_, index) => index * step)
}

/** About `wanted` of the indexes below `count`, evenly spread from the first on. */
export function spreadOver(count: number, wanted: number): number[] {
  const step = Math.max(1, Math.ceil(count / wanted))
  return Array.from({ length: Math.ceil(count / step) }, (_, index) => index * step)
}

/** A coordinate in few characters. */
export function at(value: number): string {
  return String(Math.round(value * 100) / 100)
}
