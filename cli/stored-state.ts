import type { CheckpointRecord } from '../engine/home.ts'
import type { TaskPart, TaskRecord } from '../engine/recovery/checkpoint.ts'
import { decodeCheckpoint } from '../engine/recovery/checkpoint.ts'
import { StateReader } from '../engine/state/blob/blob.ts'
import type { StateTable } from '../engine/state/blob/blob-table.ts'
import type { Place } from './place/place.ts'

/** One committed record of a job's state: the snapshot, or a delta behind it. */
export interface StoredRecord {
  readonly kind: 'snapshot' | 'delta'
  readonly tasks: readonly TaskPart[]
}

export async function readStored(place: Pick<Place, 'stored'>, job: string): Promise<StoredRecord[]> {
  return readRecords(await place.stored(job), job)
}

export function readRecords(records: readonly CheckpointRecord[], job: string): StoredRecord[] {
  return records.map(record => ({ kind: record.kind, tasks: decodeCheckpoint(record, job) }))
}

/** Each task as the last record that has it knows it. */
export function newestTasks(records: readonly StoredRecord[]): TaskRecord[] {
  const tasks = new Map<string, TaskRecord>()
  for (const { tasks: parts } of records) for (const { record } of parts) tasks.set(record.name, record)
  return [...tasks.values()]
}

/** How far the tasks have read a topic, by partition; the least where several read it. */
export function positionsIn(tasks: readonly TaskRecord[], topic: string): Map<number, number> {
  const found = new Map<number, number>()
  for (const { name, inputs } of tasks) {
    const partition = Number(name.split('-')[1])
    for (const input of inputs) {
      if (input.topic !== topic) continue
      found.set(partition, Math.min(input.position, found.get(partition) ?? input.position))
    }
  }
  return found
}

/** The tables that a record holds for a step of a task. */
export function stepTables({ record, blobs }: TaskPart, step: string, job: string): StateTable[] {
  const index = record.steps.findIndex(({ id }) => id === step)
  const blob = blobs[index]
  if (blob === undefined || blob.length === 0) return []
  const reader = new StateReader(blob, { job, step })
  return reader.tables().flatMap(name => reader.table(name) ?? [])
}
