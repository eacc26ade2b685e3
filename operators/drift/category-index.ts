import type { BoolColumn, Column, IntColumn } from '../../engine/batch/columns.ts'
import { BytesColumn } from '../../engine/batch/columns.ts'
import type { Field } from '../../engine/batch/schema.ts'
import { BytesKeys } from '../../engine/state/keys/bytes-keys.ts'

/** The texts of truth values, by their code. */
export const truths = ['false', 'true']

const slot = new Int32Array(1)

/** Finds the number of a category: of all others it is one more than there are categories, of a null -1. */
export class CategoryIndex {
  private readonly others: number
  /** By the code of an enum or a truth value; null where values are texts. */
  private readonly byCode: Int32Array | null
  private readonly byText = new BytesKeys()

  constructor({ kind, values }: Field, categories: readonly string[]) {
    this.others = categories.length
    const codes = kind === 'boolean' ? truths : values
    const numberOf = (text: string) => (categories.includes(text) ? categories.indexOf(text) : this.others)
    this.byCode = codes === undefined ? null : Int32Array.from(codes, numberOf)
    if (this.byCode !== null) return
    for (const category of categories) {
      const bytes = Buffer.from(category)
      this.byText.slots(new BytesColumn(bytes, Int32Array.of(0), Int32Array.of(bytes.length)), 0, 1, slot)
    }
  }

  find(column: Column, rows: number, out: Int32Array): void {
    const { nulls } = column
    const { byCode, byText, others } = this
    if (byCode === null) {
      const texts = column as BytesColumn
      for (let row = 0; row < rows; row++) {
        if (nulls !== null && nulls[row] === 1) out[row] = -1
        else {
          const slot = byText.find(texts, row)
          out[row] = slot < 0 ? others : slot
        }
      }
      return
    }
    const { values } = column as IntColumn | BoolColumn
    for (let row = 0; row < rows; row++) {
      out[row] = nulls !== null && nulls[row] === 1 ? -1 : byCode[values[row]]
    }
  }

  release(): void {
    this.byText.release()
  }
}
