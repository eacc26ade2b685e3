import { existsSync, readdirSync } from 'node:fs'
import { writeCommitted } from '../../connectors/log/job-state.ts'
import { HeadraceError } from '../../engine/errors.ts'
import type { CheckpointRecord } from '../../engine/home.ts'
import type { TaskRecord } from '../../engine/recovery/checkpoint.ts'
import { encodeCheckpoint } from '../../engine/recovery/checkpoint.ts'
import type { Place } from '../place/place.ts'
import { Recording } from '../recording.ts'
import { newestTasks, positionsIn, readRecords } from '../stored-state.ts'

export interface SaveRequest {
  /** Where the job has its state. */
  readonly place: Place
  readonly job: string
  /** The data directory that gets a copy, in which nothing is yet. */
  readonly dir: string
  readonly segmentBytes: number
  readonly note: (text: string) => void
}

/**
 * Copies what a job has committed into a data directory: state, positions, and the records between its stages that
 * the later one has not read. The state comes last: a directory without it is no checkpoint.
 */
export async function saveCheckpoint(request: SaveRequest): Promise<TaskRecord[]> {
  const { place, job, dir } = request
  const { records, unbegun, ends } = await place.committed(job)
  if (records.length === 0) {
    throw new HeadraceError('HR_CHECKPOINT_MISSING', `nothing is stored of it in ${place.where}`, { job })
  }
  const tasks = newestTasks(readRecords(records, job))
  for (const topic of Object.keys(ends)) await copyUnread(request, tasks, topic, ends[topic])
  writeCommitted(dir, job, [...records, withoutState(job, unbegun)], ends)
  return tasks
}

/** Whether a checkpoint can go there. */
export function isEmpty(dir: string): boolean {
  return !existsSync(dir) || readdirSync(dir).length === 0
}

async function copyUnread(
  { place, dir, segmentBytes, note }: SaveRequest,
  tasks: readonly TaskRecord[],
  topic: string,
  ends: readonly number[],
): Promise<void> {
  const earliest = await place.offsets(topic, 'earliest')
  const read = positionsIn(tasks, topic)
  const starts = ends.map((_, partition) => read.get(partition) ?? earliest[partition])
  const recording = await Recording.open({
    ...{ place, topic, dir, segmentBytes, note },
    from: { offsets: starts },
    until: { offsets: ends },
  })
  try {
    await recording.work(new AbortController().signal)
  } finally {
    recording.close()
  }
  const gone = await place.offsets(topic, 'earliest')
  const lost = starts.findIndex((start, partition) => start < ends[partition] && gone[partition] > start)
  if (lost < 0) return
  const message = `records from ${starts[lost]} on were deleted while they were copied, as the job has read them since: save it again`
  throw new HeadraceError('HR_CHECKPOINT_UNSETTLED', message, { topic, partition: lost })
}

/** Tasks that have begun with nothing: else it would seem that the topics have got more partitions. */
function withoutState(job: string, names: readonly string[]): CheckpointRecord {
  const none = String(Number.NEGATIVE_INFINITY)
  const parts = names.map(name => ({
    record: { name, watermark: none, now: String(Number.NaN), marks: 0, inputs: [], steps: [] },
    blobs: [],
  }))
  return { kind: 'delta', payload: encodeCheckpoint(job, parts) }
}
