import type { Batch } from '../../engine/batch/batch.ts'
import { readValue } from '../../engine/batch/values.ts'
import type { Lineage, SharedColumns } from '../../engine/lineage.ts'
import { valueText } from './row-text.ts'
import type { Wanted } from './step-rows.ts'
import { WantedKeys } from './wanted-keys.ts'

/** The keys of the rows that are asked of, as the inputs of a step have them, the steps before it, and its own rows. */
export class StepKeys {
  private readonly lineage: Lineage
  private readonly wanted: readonly Wanted[]
  private readonly made = new Map<string, WantedKeys<Wanted> | null>()

  constructor(lineage: Lineage, wanted: readonly Wanted[]) {
    this.lineage = lineage
    this.wanted = wanted
  }

  /** In batches on their way to an input; null where they do not tell the key. */
  taken(at: string, batch: Batch, input: number): WantedKeys<Wanted> | null {
    return this.of(`${at} ${input}`, batch, this.lineage.inputs[input].key)
  }

  /** In what the step has computed. */
  computed(batch: Batch): WantedKeys<Wanted> | null {
    const own: SharedColumns = this.lineage.inputs[0].key.map(([, name]) => [name, name])
    return this.of('', batch, own)
  }

  release(): void {
    for (const keys of this.made.values()) keys?.release()
  }

  private of(name: string, batch: Batch, key: SharedColumns): WantedKeys<Wanted> | null {
    let keys = this.made.get(name)
    if (keys === undefined) {
      // A row that is only known by its window is of any key.
      const known = key.filter(([, own]) => this.wanted.every(({ row }) => row[own] !== undefined))
      keys = WantedKeys.of(batch, known, this.wanted)
      this.made.set(name, keys)
    }
    return keys
  }
}

/** Whether a row has the columns that went over unchanged. */
export function hasSame(batch: Batch, row: number, same: SharedColumns, computed: Wanted['row']): boolean {
  const { fields } = batch.schema
  return same.every(([taken, own]) => {
    if (computed[own] === undefined) return true
    return valueText(readValue(fields[taken], batch.named(taken), row)) === valueText(computed[own])
  })
}
