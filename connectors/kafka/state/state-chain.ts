import { HeadraceError } from '../../../engine/errors.ts'
import type { CheckpointRecord } from '../../../engine/home.ts'
import { limits } from '../../../engine/limits.ts'
import type { StateChunk } from './state-chunk.ts'
import { checkpointId } from './state-chunk.ts'

/** A checkpoint of which some chunks are there. */
interface Unfinished {
  readonly id: string
  readonly firstOffset: number
  readonly payload: Uint8Array
  filled: number
}

/**
 * Finds in the records of a state topic's partition what is to be restored: the newest snapshot that is complete,
 * and the deltas that were made one after the other behind it. What another writer has put between them, or has
 * not finished, is passed over. Holds no more than that and what is being put together.
 */
export class StateChain {
  /** The snapshot and its deltas. */
  records: CheckpointRecord[] = []
  /** The newest checkpoint among them. */
  tip: string | null = null
  /** Where the first of them begins in the log; -1 where there is none. */
  firstOffset = -1
  snapshotBytes = 0
  deltaBytes = 0
  /** Of all records, also those that were passed over. */
  readBytes = 0
  /** There was something that goes on from what is not there. */
  lacksBeginning = false
  /** By writer: several may have written at once, where nothing fences them. The one silent for longest is first. */
  private readonly unfinished = new Map<string, Unfinished>()

  add(chunk: StateChunk, value: Uint8Array, offset: number): void {
    this.readBytes += value.length
    const whole = this.gathered(chunk, value, offset)
    if (whole !== undefined) this.take(chunk, whole)
  }

  private gathered(chunk: StateChunk, value: Uint8Array, offset: number): Unfinished | undefined {
    const id = checkpointId(chunk)
    const begun = this.unfinished.get(chunk.writer)
    const ours = chunk.at === 0 ? begin(chunk, offset) : begun
    this.unfinished.delete(chunk.writer)
    if (ours === undefined) this.lacksBeginning = true
    if (ours === undefined || ours.id !== id || ours.filled !== chunk.at) return undefined
    if (chunk.at + value.length > ours.payload.length) {
      throw new HeadraceError('HR_STATE_CORRUPT', 'a checkpoint is longer than it says', { offset })
    }
    ours.payload.set(value, chunk.at)
    ours.filled += value.length
    if (ours.filled === ours.payload.length) return ours
    this.unfinished.set(chunk.writer, ours)
    if (this.unfinished.size > limits.stateWriters) this.forgetOldest()
    return undefined
  }

  private take({ kind, after }: StateChunk, { id, payload, firstOffset }: Unfinished): void {
    if (kind === 'snapshot') {
      this.records = []
      this.firstOffset = firstOffset
      this.snapshotBytes = payload.length
      this.deltaBytes = 0
    } else {
      if (after !== this.tip) {
        this.lacksBeginning = true
        return
      }
      if (this.firstOffset < 0) this.firstOffset = firstOffset
      this.deltaBytes += payload.length
    }
    this.records.push({ kind, payload })
    this.tip = id
  }

  private forgetOldest(): void {
    const [oldest] = this.unfinished.keys()
    this.unfinished.delete(oldest)
  }
}

/** The bytes begin at a multiple of 8, so that steps can read their numbers in place. */
function begin(chunk: StateChunk, offset: number): Unfinished {
  const { bytes } = chunk
  if (!Number.isSafeInteger(bytes) || bytes < 0 || bytes > limits.stateBlobBytes) {
    throw new HeadraceError('HR_STATE_CORRUPT', `a checkpoint says that it has ${bytes} bytes`, { offset })
  }
  return { id: checkpointId(chunk), firstOffset: offset, payload: new Uint8Array(bytes), filled: 0 }
}
