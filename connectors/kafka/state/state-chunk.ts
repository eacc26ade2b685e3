import { RecordBatchBuilder } from '../../../engine/codec/record/write.ts'
import { HeadraceError } from '../../../engine/errors.ts'
import type { CheckpointRecord } from '../../../engine/home.ts'
import { limits } from '../../../engine/limits.ts'

/**
 * What the key of a record in a state topic says, as JSON: a checkpoint may be larger than a record, and so lies
 * in chunks. A delta counts only behind the checkpoint that it was made after, whoever else has written there.
 */
export interface StateChunk {
  readonly version: 1
  readonly kind: CheckpointRecord['kind']
  /** Who wrote it, and as the how manieth of its checkpoints. */
  readonly writer: string
  readonly number: number
  /** The checkpoint that a delta goes on from, as `checkpointId` has it; null where nothing was before it. */
  readonly after: string | null
  /** Where in the checkpoint the value belongs, and the bytes of the whole. */
  readonly at: number
  readonly bytes: number
}

export type CheckpointIdentity = Pick<StateChunk, 'writer' | 'number' | 'after'>

export function checkpointId({ writer, number }: Pick<StateChunk, 'writer' | 'number'>): string {
  return `${writer}:${number}`
}

/** The checkpoint as record batches of one chunk each; a chunk is made when it is asked for. */
export function* chunkBatches(
  { kind, payload }: CheckpointRecord,
  identity: CheckpointIdentity,
  timestamp: number,
): Generator<Uint8Array, void, undefined> {
  const bytes = payload.length
  let at = 0
  do {
    const value = payload.subarray(at, at + limits.stateChunkBytes)
    const key = Buffer.from(JSON.stringify({ version: 1, kind, ...identity, at, bytes } satisfies StateChunk))
    const builder = new RecordBatchBuilder(value.length + 512)
    builder.append(timestamp, key, value)
    yield builder.build()
    at += value.length
  } while (at < bytes)
}

export function readChunkKey(key: Uint8Array | null, offset: number): StateChunk {
  const chunk = key === null ? undefined : parsed(key)
  if (chunk === undefined || typeof chunk !== 'object') {
    throw new HeadraceError('HR_STATE_CORRUPT', 'a record of the state topic is not one of ours', { offset })
  }
  if (chunk.version !== 1) {
    const message = `a record of the state topic has format ${chunk.version}, this version reads 1`
    throw new HeadraceError('HR_STATE_VERSION', message, { offset })
  }
  return chunk
}

function parsed(key: Uint8Array): StateChunk | undefined {
  try {
    return JSON.parse(Buffer.from(key).toString()) ?? undefined
  } catch {
    return undefined
  }
}
