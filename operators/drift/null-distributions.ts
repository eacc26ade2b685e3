/** How likely a statistic is to be as large, or larger, where nothing has changed. */

/** Of two samples of together `effective = n * m / (n + m)` values: the largest distance of their distributions. */
export function kolmogorovTail(distance: number, effective: number): number {
  const x = distance * Math.sqrt(effective)
  if (x < 0.2) return 1
  let sum = 0
  for (let k = 1; k <= 20; k++) sum += (k % 2 === 1 ? 2 : -2) * Math.exp(-2 * (k * x) ** 2)
  return Math.min(1, Math.max(0, sum))
}

/** The distance that is exceeded with that probability; the bound of Dvoretzky, Kiefer, Wolfowitz and Massart. */
export function kolmogorovThreshold(chance: number, effective: number): number {
  return Math.sqrt(Math.log(2 / chance) / (2 * effective))
}

/** Of chi-square with that many degrees of freedom. */
export function chiSquareTail(value: number, degrees: number): number {
  return value <= 0 ? 1 : gammaTail(degrees / 2, value / 2)
}

/** The value of chi-square that is exceeded with that probability. */
export function chiSquareThreshold(chance: number, degrees: number): number {
  let low = 0
  let high = degrees + 10
  while (chiSquareTail(high, degrees) > chance) high *= 2
  for (let step = 0; step < 100; step++) {
    const middle = (low + high) / 2
    if (chiSquareTail(middle, degrees) > chance) low = middle
    else high = middle
  }
  return high
}

/** The upper incomplete gamma function, as a part of the whole: a series below, a continued fraction above. */
function gammaTail(a: number, x: number): number {
  const scale = Math.exp(a * Math.log(x) - x - logGamma(a))
  return x < a + 1 ? 1 - scale * series(a, x) : scale * fraction(a, x)
}

function series(a: number, x: number): number {
  let term = 1 / a
  let sum = term
  for (let n = 1; n < 1000 && term > sum * 1e-16; n++) {
    term *= x / (a + n)
    sum += term
  }
  return sum
}

/** By Lentz's method. */
function fraction(a: number, x: number): number {
  const tiny = 1e-300
  let b = x + 1 - a
  let c = 1 / tiny
  let d = 1 / b
  let h = d
  for (let n = 1; n < 1000; n++) {
    const an = n * (a - n)
    b += 2
    d = 1 / (an * d + b || tiny)
    c = b + an / c || tiny
    const step = d * c
    h *= step
    if (Math.abs(step - 1) < 1e-15) break
  }
  return h
}

/** For whole multiples of a half: all that degrees of freedom need. */
function logGamma(a: number): number {
  let sum = 0
  let rest = a
  while (rest > 1) {
    rest -= 1
    sum += Math.log(rest)
  }
  return sum + (rest === 0.5 ? Math.log(Math.PI) / 2 : 0)
}
