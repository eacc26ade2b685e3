/*
 * Decimal digits to the nearest double without making a string. Up to 15 digits a single division or
 * multiplication by a power of ten is exact enough (Clinger's fast path). With 16 to 19, as most doubles
 * that were computed have, the quotient is corrected by its remainder, which two doubles hold exactly.
 */

const POWERS = Float64Array.from({ length: 23 }, (_, k) => Number(`1e${k}`))
/** Splits a double into two halves of 26 bits, so that products of halves are exact (Veltkamp). */
const SPLITTER = 2 ** 27 + 1
const POWERS_HIGH = POWERS.map(power => power * SPLITTER - (power * SPLITTER - power))
/** Far more than the error of the correction, which is a few times 2^-53 of it. */
const SLACK = 2 ** -40

/** `digits` * 10^`exponent`, for up to 15 digits, into `values[row]`; false where that may not be the nearest. */
export function storeShort(
  digits: number,
  exponent: number,
  negative: boolean,
  values: Float64Array,
  row: number,
): boolean {
  if (exponent < -22 || exponent > 22) return false
  const value = exponent < 0 ? digits / POWERS[-exponent] : digits * POWERS[exponent]
  values[row] = negative ? -value : value
  return true
}

/**
 * (`head` * 10^`tailDigits` + `tail`) / 10^`scale`, for a head of 15 digits and a tail of up to 4, into
 * `values[row]`; false where the result lies too near to the middle between two doubles to be sure.
 */
export function storeLong(
  head: number,
  tail: number,
  tailDigits: number,
  scale: number,
  negative: boolean,
  values: Float64Array,
  row: number,
): boolean {
  if (scale < 0 || scale > 22) return false
  // The digits as an unevaluated sum of two doubles, both exact: the power is small enough not to be split.
  const shift = POWERS[tailDigits]
  const product = head * shift
  const headHigh = head * SPLITTER - (head * SPLITTER - head)
  const rest = headHigh * shift - product + (head - headHigh) * shift + tail
  const digits = product + rest
  const digitsLow = rest - (digits - product)

  const power = POWERS[scale]
  const quotient = digits / power
  const quotientHigh = quotient * SPLITTER - (quotient * SPLITTER - quotient)
  const quotientLow = quotient - quotientHigh
  const powerHigh = POWERS_HIGH[scale]
  const powerLow = power - powerHigh
  const back = quotient * power
  const backLow =
    quotientHigh * powerHigh -
    back +
    quotientHigh * powerLow +
    quotientLow * powerHigh +
    quotientLow * powerLow
  const correction = (digits - back - backLow + digitsLow) / power

  // Rounding is monotone: where both ends of the error round alike, so does the true value between them.
  const value = quotient + correction * (1 - SLACK)
  if (value !== quotient + correction * (1 + SLACK)) return false
  values[row] = negative ? -value : value
  return true
}
