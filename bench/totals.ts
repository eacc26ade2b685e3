/** Two addends below it give an exact sum. */
const MODULUS = 2 ** 52

/** What is compared between the reference and a run: everything exact but the sum, whose order may differ. */
export class Totals {
  results = 0
  count = 0
  sum = 0
  /** Sum of a fingerprint of each result, whatever the order. */
  check = 0

  add(fields: readonly number[], count: number, sum: number): void {
    this.results++
    this.count += count
    this.sum += sum
    this.check = (this.check + fingerprint(fields)) % MODULUS
  }

  same(other: Totals): boolean {
    const near = Math.abs(this.sum - other.sum) <= 1e-9 * Math.max(1, Math.abs(other.sum))
    return this.results === other.results && this.count === other.count && this.check === other.check && near
  }
}

const value = new Float64Array(1)
const halves = new Uint32Array(value.buffer)

function fingerprint(fields: readonly number[]): number {
  let a = 0x9e3779b9
  let b = 0x7f4a7c15
  for (const field of fields) {
    value[0] = field
    a = Math.imul(a ^ halves[0], 0x85ebca6b)
    b = Math.imul(b ^ halves[1], 0xc2b2ae35)
    a ^= (a >>> 15) + b
    b ^= (b >>> 13) + a
  }
  return (a >>> 0) * 1048576 + (b >>> 12)
}
