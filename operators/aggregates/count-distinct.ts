import { long } from '../../engine/batch/schema.ts'
import { HeadraceError } from '../../engine/errors.ts'
import type { Aggregate, ObjectFold } from './aggregate.ts'
import { FewHashes } from './few-hashes.ts'
import { hashed, hashValue } from './hash.ts'

export interface CountDistinctOptions {
  /** 2 to this power are the registers of one byte each: from 6 to 16, 12 by default. The standard error is 1.04 over their root. */
  readonly precision?: number
}

/** The hashes themselves while they are few, which counts exactly; then the registers of a HyperLogLog. */
interface Sketch {
  few: FewHashes | null
  registers: Uint8Array
}

const none = new Uint8Array(0)
const HIGH = 2 ** 32
/** Bits of a hash behind those that choose the register: ranks go to one more. */
const RANK_BITS = 32

class HyperLogLog implements ObjectFold<Sketch, number> {
  readonly kind = 'object'
  private readonly size: number
  /** So many hashes take about as much room as the registers. */
  private readonly most: number

  constructor(precision: number) {
    this.size = 2 ** precision
    this.most = this.size / 32
  }

  init(): Sketch {
    return { few: new FewHashes(), registers: none }
  }

  add(sketch: Sketch, value: unknown): Sketch {
    hashValue(value)
    return this.note(sketch, hashed.low, hashed.high)
  }

  merge(sketch: Sketch, other: Sketch): Sketch {
    if (other.few !== null) {
      for (const hash of other.few.all) this.note(sketch, hash % HIGH, Math.floor(hash / HIGH))
      return sketch
    }
    if (sketch.few !== null) this.spill(sketch, sketch.few)
    const { registers } = sketch
    for (let i = 0; i < registers.length; i++)
      if (other.registers[i] > registers[i]) registers[i] = other.registers[i]
    return sketch
  }

  result({ few, registers }: Sketch): number {
    return few === null ? Math.round(estimate(registers)) : few.size
  }

  save({ few, registers }: Sketch): unknown {
    return few === null ? Buffer.from(registers).toString('base64') : few.all
  }

  load(saved: string | number[]): Sketch {
    if (typeof saved === 'string')
      return { few: null, registers: new Uint8Array(Buffer.from(saved, 'base64')) }
    return { few: new FewHashes(saved), registers: none }
  }

  private note(sketch: Sketch, low: number, high: number): Sketch {
    if (sketch.few === null) this.raise(sketch.registers, low, high)
    else {
      sketch.few.add(high * HIGH + low)
      if (sketch.few.size > this.most) this.spill(sketch, sketch.few)
    }
    return sketch
  }

  private spill(sketch: Sketch, few: FewHashes): void {
    sketch.few = null
    sketch.registers = new Uint8Array(this.size)
    for (const hash of few.all) this.raise(sketch.registers, hash % HIGH, Math.floor(hash / HIGH))
  }

  private raise(registers: Uint8Array, low: number, high: number): void {
    const register = low & (this.size - 1)
    const rank = Math.clz32((high << 11) | (low >>> 21)) + 1
    if (rank > registers[register]) registers[register] = rank
  }
}

/** Ertl's estimator, which needs no corrections for small or large counts. */
function estimate(registers: Uint8Array): number {
  const m = registers.length
  const counts = new Float64Array(RANK_BITS + 2)
  for (const rank of registers) counts[rank]++
  let z = m * tau(1 - counts[RANK_BITS + 1] / m)
  for (let rank = RANK_BITS; rank >= 1; rank--) z = (z + counts[rank]) / 2
  z += m * sigma(counts[0] / m)
  return (m * m) / (2 * Math.LN2 * z)
}

function sigma(share: number): number {
  let x = share
  let y = 1
  let z = x
  for (let before = Number.NaN; z !== before; ) {
    x *= x
    before = z
    z += x * y
    y += y
  }
  return z
}

function tau(share: number): number {
  if (share === 0 || share === 1) return 0
  let x = share
  let y = 1
  let z = 1 - x
  for (let before = Number.NaN; z !== before; ) {
    x = Math.sqrt(x)
    before = z
    y /= 2
    z -= (1 - x) ** 2 * y
  }
  return z / 3
}

/** About how many different values; exactly while they are few. Numbers, strings and bytes are told apart by value. */
export function countDistinct<T>(
  of: (keyof T & string) | ((row: T) => unknown),
  options: CountDistinctOptions = {},
): Aggregate<T, number> {
  const { precision = 12 } = options
  if (!Number.isInteger(precision) || precision < 6 || precision > 16) {
    throw new HeadraceError(
      'HR_CONFIG_INVALID',
      `countDistinct has precision ${precision}: a whole number from 6 to 16`,
    )
  }
  const fold = new HyperLogLog(precision)
  const inputs = [{ kind: 'value' as const, of }]
  return { bind: () => ({ name: `countDistinct ${precision}`, inputs, fold, field: long() }) }
}
