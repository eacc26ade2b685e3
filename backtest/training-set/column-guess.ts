import type { Field } from '../../engine/batch/schema.ts'
import { boolean, double, long, string } from '../../engine/batch/schema.ts'

type Guess = 'boolean' | 'long' | 'double' | 'string'

const wholeText = /^(0|-?[1-9]\d*)$/
const numberText = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/

/** What type a column of labels has, learnt from its values: of the types that fit all of them the narrowest. */
export class ColumnGuess {
  private guess: Guess | undefined

  add(value: unknown): void {
    if (value === null || value === undefined || this.guess === 'string') return
    this.guess = widest(this.guess, guessOf(value))
  }

  get field(): Field {
    switch (this.guess) {
      case 'boolean':
        return { ...boolean(), nullable: true }
      case 'long':
        return { ...long(), nullable: true }
      case 'double':
        return { ...double(), nullable: true }
      default:
        return { ...string(), nullable: true }
    }
  }
}

/** A value of a column as its type has it. */
export function guessedValue({ kind }: Field, value: unknown): unknown {
  if (value === null || value === undefined) return null
  if (kind === 'bigint') return BigInt(value as string | number)
  const isText = typeof value === 'string'
  if (kind === 'string') return isText ? value : JSON.stringify(value)
  return isText ? cellValue(value) : value
}

/** What a cell of CSV means: a number only where it is written as one, so that 007 stays text. */
export function cellValue(cell: string): unknown {
  if (cell === 'true' || cell === 'false') return cell === 'true'
  const number = numberText.test(cell) ? Number(cell) : Number.NaN
  const isExact = Number.isFinite(number) && (!wholeText.test(cell) || Number.isSafeInteger(number))
  return isExact ? number : cell
}

function guessOf(value: unknown): Guess {
  if (typeof value === 'boolean') return 'boolean'
  if (typeof value === 'number') return Number.isSafeInteger(value) ? 'long' : 'double'
  return 'string'
}

function widest(one: Guess | undefined, other: Guess): Guess {
  if (one === undefined || one === other) return other
  const areNumbers = one !== 'boolean' && other !== 'boolean' && one !== 'string' && other !== 'string'
  return areNumbers ? 'double' : 'string'
}
