/*
 * Avro's decimals, the unscaled number as two's complement with the highest byte first, and the text that
 * a column holds. Both ways give null where the value does not fit the precision and scale.
 */

export function decimalText(
  bytes: Uint8Array,
  from: number,
  to: number,
  precision: number,
  scale: number,
): string | null {
  if (from === to) return null
  const sign = bytes[from] > 127 ? 0xff : 0
  let first = from
  while (first < to - 1 && bytes[first] === sign) first++
  if (to - first > longest(precision)) return null
  let unscaled = BigInt(sign === 0 ? 0 : -1)
  for (let i = first; i < to; i++) unscaled = (unscaled << 8n) | BigInt(bytes[i])
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString()
  if (digits.length > precision) return null
  const padded = digits.padStart(scale + 1, '0')
  const point = padded.length - scale
  const text = scale === 0 ? padded : `${padded.slice(0, point)}.${padded.slice(point)}`
  return unscaled < 0n ? `-${text}` : text
}

const shape = /^([+-]?)(\d+)(?:\.(\d*))?$/

export function decimalBytes(text: string, precision: number, scale: number): Uint8Array | null {
  const match = shape.exec(text)
  if (match === null) return null
  const [, sign, whole, fraction = ''] = match
  if (/[^0]/.test(fraction.slice(scale))) return null
  const digits = (whole + fraction.slice(0, scale).padEnd(scale, '0')).replace(/^0+(?=\d)/, '')
  if (digits.length > precision) return null
  let rest = sign === '-' ? -BigInt(digits) : BigInt(digits)
  const bytes: number[] = []
  for (;;) {
    const byte = Number(rest & 0xffn)
    bytes.push(byte)
    rest >>= 8n
    if (rest === (byte > 127 ? -1n : 0n)) return Uint8Array.from(bytes.reverse())
  }
}

/** Bytes that a number of so many digits can need. */
function longest(precision: number): number {
  return Math.floor((precision * Math.log2(10) + 1) / 8) + 1
}
