import { HeadraceError } from '../errors.ts'
import type { CheckpointRecord } from '../home.ts'
import type { StateShape } from '../step.ts'

/** What is written of one step at a commit. */
export interface StepRecord {
  readonly id: string
  readonly shape?: StateShape
  readonly counters: StepCounts
  /** Length of the state's bytes; 0 where the step keeps none. */
  readonly bytes: number
}

export interface StepCounts {
  readonly in: number
  readonly out: number
  readonly late: number
  readonly rejected: number
  readonly lateByWindow: readonly (readonly [number, number])[]
}

export interface InputRecord {
  readonly id: string
  readonly topic: string
  readonly position: number
  /** Event times as text: JSON has no infinity. */
  readonly watermark: string
  readonly maxTime: string
  readonly futureRun: number
  readonly idle: boolean
  /** Of a repartition: how far each origin has come. */
  readonly origins?: readonly string[]
  readonly read: number
  readonly passed: number
  readonly rejected: number
}

export interface TaskRecord {
  readonly name: string
  readonly watermark: string
  /** The last time of day that it has used, and how many marks it has made. */
  readonly now: string
  readonly marks: number
  readonly inputs: readonly InputRecord[]
  readonly steps: readonly StepRecord[]
}

export interface CheckpointHeader {
  readonly version: number
  readonly job: string
  readonly tasks: readonly TaskRecord[]
}

export interface TaskPart {
  readonly record: TaskRecord
  /** The state of the steps, in the order of the record. */
  readonly blobs: readonly Uint8Array[]
}

const VERSION = 1
const align = (length: number) => Math.ceil(length / 8) * 8

/** One record: the header as JSON, then the steps' state, each aligned so that it can be read in place. */
export function encodeCheckpoint(job: string, parts: readonly TaskPart[]): Uint8Array {
  const header: CheckpointHeader = { version: VERSION, job, tasks: parts.map(part => part.record) }
  const text = new TextEncoder().encode(JSON.stringify(header))
  const blobs = parts.flatMap(part => part.blobs)
  const out = new Uint8Array(blobs.reduce((sum, blob) => sum + align(blob.length), align(8 + text.length)))
  new DataView(out.buffer).setUint32(0, text.length, true)
  out.set(text, 8)
  let at = align(8 + text.length)
  for (const blob of blobs) {
    out.set(blob, at)
    at += align(blob.length)
  }
  return out
}

export function decodeCheckpoint(record: CheckpointRecord, job: string): TaskPart[] {
  const bytes = aligned(record.payload)
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true)
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))) as CheckpointHeader
  if (header.version !== VERSION) {
    const message = `the checkpoint has format ${header.version}, this version reads ${VERSION}`
    throw new HeadraceError('HR_STATE_VERSION', message, { job })
  }
  let at = align(8 + length)
  return header.tasks.map(task => ({
    record: task,
    blobs: task.steps.map(step => {
      const blob = bytes.subarray(at, at + step.bytes)
      at += align(step.bytes)
      return blob
    }),
  }))
}

/** Steps read numbers in place, so that the record has to begin at a multiple of 8. */
function aligned(payload: Uint8Array): Uint8Array {
  return payload.byteOffset % 8 === 0 ? payload : new Uint8Array(payload)
}
