import { layoutOf } from '../../batch/columns.ts'
import type { DecodeDraft } from './decode-draft.ts'
import type { Place } from './place-source.ts'
import type { DecimalPlan, EnumPlan, FixedPlan, ReadPlan } from './plan.ts'
import { carefulInt, carefulWide, fastInt, fastLong, fastShort, fastWide, isUnsafe } from './varint-source.ts'

const ZIG_ZAG_INT = '(low >>> 1) ^ -(low & 1)'
const ZIG_ZAG_LONG =
  '(low & 1) === 0 ? high * 134217728 + (low >>> 1) : -1 - (high * 134217728 + (low >>> 1))'

/** Writes the lines that read single values. */
export class ScalarReads {
  private readonly draft: DecodeDraft

  constructor(draft: DecodeDraft) {
    this.draft = draft
  }

  /** An integer of 32 bits, into `low`. */
  int(path: string): void {
    const { draft } = this
    const malformed = draft.fail('HR_RECORD_UNDECODABLE', path, 'the integer has more than 32 bits')
    draft.text.add(...(draft.careful ? carefulInt({ cut: draft.cut(path), malformed }) : fastInt(malformed)))
  }

  /** As `int`, for numbers below `bound`, usually small. */
  short(path: string, bound: number): void {
    if (this.draft.careful || bound > 64) this.int(path)
    else this.draft.text.add(...fastShort('break rows'))
  }

  scalar(plan: ReadPlan | FixedPlan | EnumPlan | DecimalPlan, place: Place | null): void {
    switch (plan.op) {
      case 'fixed':
        this.view(`${plan.size}`, plan.path, place)
        break
      case 'enum':
        this.enumeration(plan, place)
        break
      case 'decimal':
        this.decimal(plan, place)
        break
      case 'read':
        if (plan.wire === 'bytes') this.view(this.length(plan.path), plan.path, place)
        else if (plan.wire === 'boolean') this.boolean(plan, place)
        else this.number(plan, place)
    }
  }

  number(plan: ReadPlan, place: Place | null): void {
    if (plan.wire === 'long') this.long(plan, place)
    else if (plan.wire === 'int') this.narrow(plan, place)
    else this.floating(plan, place)
  }

  private floating(plan: ReadPlan, place: Place | null): void {
    const { draft } = this
    const size = plan.wire === 'float' ? 4 : 8
    draft.text.add(`if (p + ${size} > end) ${draft.cut(plan.path)}`)
    this.assign(place, `view.getFloat${size * 8}(p, true)`)
    draft.text.add(`p += ${size}`)
  }

  private assign(place: Place | null, expression: string): void {
    if (place !== null) this.draft.text.add(`values${place.id}[${place.index}] = ${expression}`)
  }

  private narrow({ path, divisor }: ReadPlan, place: Place | null): void {
    this.int(path)
    if (place === null) return
    if (layoutOf(place.field) !== 'bigint') {
      this.assign(place, divided(ZIG_ZAG_INT, divisor))
      return
    }
    const words = `words${place.id}[2 * ${place.index}`
    this.draft.text.add(`${words}] = ${ZIG_ZAG_INT}`, `${words} + 1] = -(low & 1)`)
  }

  private long({ path, field, divisor }: ReadPlan, place: Place | null): void {
    const { draft } = this
    const malformed = draft.fail('HR_RECORD_UNDECODABLE', path, 'the integer has more than 64 bits')
    const isWide = field === null || field.kind === 'bigint'
    if (draft.careful) draft.text.add(...carefulWide({ cut: draft.cut(path), malformed }))
    else draft.text.add(...(isWide ? fastWide(malformed) : fastLong(malformed)))
    if (draft.careful && !isWide) {
      draft.text.add(
        `if (top !== 0 || ${isUnsafe}) ${draft.fail('HR_NUMBER_UNSAFE', path, 'the integer is beyond 2^53')}`,
      )
    }
    if (place === null) return
    if (!isWide) {
      this.assign(place, divided(ZIG_ZAG_LONG, divisor))
      return
    }
    const words = `words${place.id}[2 * ${place.index}`
    draft.text.add('w = -(low & 1)', 'low |= high << 28', 'high = (high >>> 4) | (top << 24)')
    draft.text.add(`${words}] = ((low >>> 1) | (high << 31)) ^ w`, `${words} + 1] = (high >>> 1) ^ w`)
  }

  private boolean({ path }: ReadPlan, place: Place | null): void {
    const { draft } = this
    const malformed = draft.fail('HR_RECORD_UNDECODABLE', path, 'a boolean is 0 or 1')
    draft.text.add(`if (p >= end) ${draft.cut(path)}`, 'b = bytes[p++]', `if (b > 1) ${malformed}`)
    this.assign(place, 'b')
  }

  private enumeration({ path, symbols, codes }: EnumPlan, place: Place | null): void {
    const { draft } = this
    this.short(path, symbols.length)
    const outside = draft.fail(
      'HR_RECORD_UNDECODABLE',
      path,
      `the enum has ${symbols.length} symbols, and none of this number`,
    )
    draft.text.add(`if ((low & 1) !== 0 || (low >>> 1) >= ${symbols.length}) ${outside}`)
    codes?.forEach((code, k) => {
      const unknown = draft.fail(
        'HR_SCHEMA_MISMATCH',
        path,
        `the reader does not know the symbol ${symbols[k]}`,
      )
      if (code < 0) draft.text.add(`if (low === ${2 * k}) ${unknown}`)
    })
    const code = codes === null ? '' : draft.constant(Int32Array.from(codes))
    this.assign(place, codes === null ? 'low >>> 1' : `${code}[low >>> 1]`)
  }

  /** Reads a length, and gives the expression for it. */
  private length(path: string): string {
    const { draft } = this
    this.int(path)
    draft.text.add(
      `if ((low & 1) !== 0) ${draft.fail('HR_RECORD_UNDECODABLE', path, 'its length is negative')}`,
    )
    return '(low >>> 1)'
  }

  /** Bytes are not copied: the column points to where they are. */
  private view(length: string, path: string, place: Place | null): void {
    const { draft } = this
    draft.text.add(`if (${length} > end - p) ${draft.cut(path)}`)
    if (place !== null) draft.text.add(`start${place.id}[${place.index}] = p`)
    draft.text.add(`p += ${length}`)
    if (place !== null) draft.text.add(`end${place.id}[${place.index}] = p`)
  }

  private decimal({ path, size, field }: DecimalPlan, place: Place | null): void {
    const { draft } = this
    const length = size === null ? this.length(path) : `${size}`
    const { precision, scale } = field
    const misfit = draft.fail(
      'HR_RECORD_UNDECODABLE',
      path,
      `the number does not fit a decimal of ${precision} digits`,
    )
    draft.text.add(`if (${length} > end - p) ${draft.cut(path)}`)
    const column = place === null ? 'null' : `column${place.id}`
    const row = place === null ? 0 : place.index
    draft.text.add(
      `if (!putDecimal(${column}, ${row}, bytes, p, p + ${length}, ${precision}, ${scale})) ${misfit}`,
    )
    draft.text.add(`p += ${length}`)
  }
}

function divided(expression: string, divisor: number): string {
  return divisor === 1 ? expression : `Math.floor((${expression}) / ${divisor})`
}
