import type { Fields } from '../batch/schema.ts'
import type { OutputColumn } from './output-columns.ts'
import { firstRows, newOutputs } from './output-columns.ts'

/** Room for answers that one call after the other writes to, so that it has not to be allocated for each of them. */
export class OutputRoom {
  private readonly fields: Fields
  /** How many it is for; -1: there is none. */
  private rows = -1
  private outputs: readonly OutputColumn[] = []

  constructor(fields: Fields) {
    this.fields = fields
  }

  /** Valid until the next call. */
  take(rows: number): readonly OutputColumn[] {
    if (rows > this.rows) {
      this.rows = rows
      this.outputs = newOutputs(this.fields, rows)
    }
    return rows === this.rows ? this.outputs : this.outputs.map(output => firstRows(output, rows))
  }

  /** A run that was given up may still write to it: the next call gets another. */
  leave(): void {
    this.rows = -1
  }
}
