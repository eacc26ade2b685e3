import type { StateReader, StateWriter } from '../../engine/state/blob/blob.ts'
import type { StateShape, StepState } from '../../engine/step.ts'
import { adoptColumns } from './adopt.ts'
import type { JoinSide } from './join-side.ts'
import type { RowKeys } from './row-keys.ts'

/**
 * What a join keeps: the rows of both sides. Deltas have the rows that came and those that found their first
 * partner; which are gone follows from the watermark.
 */
export class JoinState implements StepState {
  readonly shape: StateShape
  private readonly step: string
  private readonly keys: RowKeys
  private readonly left: JoinSide
  private readonly right: JoinSide

  constructor(
    step: string,
    shape: Pick<StateShape, 'key' | 'options'>,
    keys: RowKeys,
    left: JoinSide,
    right: JoinSide,
  ) {
    this.step = step
    this.keys = keys
    this.left = left
    this.right = right
    const parts = { ...left.rows.parts('left.'), ...right.rows.parts('right.') }
    this.shape = { ...shape, operator: 'join', version: 1, parts }
  }

  adopt(stored: StateShape): { dropped: string[]; added: string[] } {
    return adoptColumns(this.step, stored, this.shape)
  }

  write(writer: StateWriter, mode: 'snapshot' | 'delta'): void {
    this.left.settle()
    this.right.settle()
    this.left.write(writer, 'left', mode)
    this.right.write(writer, 'right', mode)
    this.left.growKeys()
    this.right.growKeys()
    const moved = this.keys.forget()
    if (moved === null) return
    this.left.moveKeys(moved)
    this.right.moveKeys(moved)
  }

  read(reader: StateReader): void {
    this.left.read(reader.table('left'), reader.table('left/matched'))
    this.right.read(reader.table('right'), undefined)
  }

  release(): void {
    this.left.release()
    this.right.release()
    this.keys.release()
  }
}
