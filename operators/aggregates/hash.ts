const cell = new Float64Array(1)
const halves = new Uint32Array(cell.buffer)

/** A hash as 32 and 21 bits, in place: an object a call would cost more than the hash. */
export const hashed = { low: 0, high: 0 }

/** Hashes a value into `hashed`: equal values alike, 0 and -0 being equal; what has no identity of its own by its JSON. */
export function hashValue(value: unknown): void {
  if (typeof value === 'number') hashNumber(value)
  else if (typeof value === 'string') hashText(value, 1)
  else if (value instanceof Uint8Array) hashBytes(value)
  else hashText(typeof value === 'object' ? JSON.stringify(value) : String(value), 2)
}

function hashNumber(value: number): void {
  // Adding 0 makes -0 into 0.
  cell[0] = value + 0
  mix(
    Math.imul(halves[0] ^ 0x9e3779b9, 0x85ebca6b) ^ halves[1],
    Math.imul(halves[1] ^ 0x27d4eb2f, 0xc2b2ae35) ^ halves[0],
  )
}

function hashText(text: string, seed: number): void {
  let a = 0xdeadbeef ^ seed
  let b = 0x41c6ce57 ^ seed
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    a = Math.imul(a ^ unit, 0x9e3779b1)
    b = Math.imul(b ^ unit, 0x5f356495)
  }
  mix(a, b)
}

function hashBytes(bytes: Uint8Array): void {
  let a = 0xdeadbeef
  let b = 0x41c6ce57
  for (let i = 0; i < bytes.length; i++) {
    a = Math.imul(a ^ bytes[i], 0x9e3779b1)
    b = Math.imul(b ^ bytes[i], 0x5f356495)
  }
  mix(a, b)
}

/** Spreads each bit over both halves. */
function mix(first: number, second: number): void {
  const a = spread(first ^ Math.imul(second ^ (second >>> 13), 0xc2b2ae35))
  const b = spread(second ^ Math.imul(a ^ (a >>> 13), 0x27d4eb2f))
  hashed.low = a >>> 0
  hashed.high = b >>> 11
}

function spread(bits: number): number {
  let mixed = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return mixed ^ (mixed >>> 16)
}
