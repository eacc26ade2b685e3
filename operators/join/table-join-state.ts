import type { StateReader, StateWriter } from '../../engine/state/blob/blob.ts'
import type { StateShape, StepState } from '../../engine/step.ts'
import { adoptColumns } from './adopt.ts'
import type { VersionTable } from './version-table.ts'
import type { WaitingRows } from './waiting-rows.ts'

/** What a table join keeps: the table, and the rows of the stream that wait for it. */
export class TableJoinState implements StepState {
  readonly shape: StateShape
  private readonly step: string
  private readonly versions: VersionTable
  private readonly waiting: WaitingRows<unknown>

  constructor(step: string, key: string, versions: VersionTable, waiting: WaitingRows<unknown>) {
    this.step = step
    this.versions = versions
    this.waiting = waiting
    const parts = { ...versions.rows.parts('table.'), ...waiting.rows.parts('stream.') }
    this.shape = { operator: 'tableJoin', version: 1, key, parts }
  }

  adopt(stored: StateShape): { dropped: string[]; added: string[] } {
    return adoptColumns(this.step, stored, this.shape)
  }

  write(writer: StateWriter, mode: 'snapshot' | 'delta'): void {
    this.versions.write(writer, mode)
    this.waiting.write(writer)
  }

  read(reader: StateReader): void {
    this.versions.read(reader)
    this.waiting.read(reader)
  }

  release(): void {
    this.versions.release()
    this.waiting.release()
  }
}
