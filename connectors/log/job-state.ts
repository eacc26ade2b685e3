import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { HeadraceError } from '../../engine/errors.ts'
import type { CheckpointRecord, TaskMark } from '../../engine/home.ts'
import { limits } from '../../engine/limits.ts'
import type { Committed } from '../../engine/recovery/committed.ts'
import { topicsRead } from '../../engine/recovery/committed.ts'
import { MarksLog } from '../../engine/state/log/marks-log.ts'
import { readStateLog } from '../../engine/state/log/read-state-log.ts'
import { stateFault } from '../../engine/state/log/state-faults.ts'
import { StateLog } from '../../engine/state/log/state-log.ts'
import type { Ends } from './commit-record.ts'
import { decodeCommit, encodeCommit } from './commit-record.ts'
import { stateDirectory } from './config.ts'
import { PartitionReader } from './partition-reader.ts'
import { partitionDirectory } from './topic-store.ts'

/** The jobs that have state in a data folder, sorted. */
export function listJobStates(dataDirectory: string): string[] {
  const parent = path.dirname(stateDirectory(dataDirectory, 'any'))
  try {
    return fs.existsSync(parent) ? fs.readdirSync(parent).sort() : []
  } catch (error) {
    throw stateFault(error, parent)
  }
}

/** What a job would restore, without taking its state from a process that is running it; none if there is none. */
export function readJobState(dataDirectory: string, job: string): CheckpointRecord[] {
  const directory = stateDirectory(dataDirectory, job)
  if (!fs.existsSync(directory)) return []
  return readStateLog(directory).map(({ kind, payload }) => ({
    kind,
    payload: decodeCommit(payload).payload,
  }))
}

/** The same with where the topics between the stages end, once readers see that much of them. */
export async function readCommitted(dataDirectory: string, job: string): Promise<Committed> {
  const directory = stateDirectory(dataDirectory, job)
  for (let attempt = 1; attempt <= limits.checkpointReads; attempt++) {
    const stored = fs.existsSync(directory) ? readStateLog(directory) : []
    const commits = stored.map(({ kind, payload }) => ({ kind, ...decodeCommit(payload) }))
    const records = commits.map(({ kind, payload }) => ({ kind, payload }))
    const read = topicsRead(records, job)
    const all = Object.entries(commits.at(-1)?.commit.ends ?? {})
    const between = all.filter(([topic]) => read.has(topic))
    const isSeen = between.every(([topic, ends]) =>
      ends.every((end, partition) => publishedEnd(dataDirectory, topic, partition) >= end),
    )
    if (isSeen) return { records, unbegun: [], ends: Object.fromEntries(between) }
    await pause(limits.checkpointPauseMs)
  }
  const message =
    'what it has written last between its stages is not to be seen: it was killed. Run it once more'
  throw new HeadraceError('HR_CHECKPOINT_UNSETTLED', message, { job, file: directory })
}

/** Has a job begin in a data folder with what it has committed elsewhere; its topics between stages are there. */
export function writeCommitted(
  dataDirectory: string,
  job: string,
  records: readonly CheckpointRecord[],
  ends: Ends,
): void {
  const log = StateLog.open(stateDirectory(dataDirectory, job))
  try {
    const commit = encodeCommit({ marksBytes: 0, ends })
    // Where tasks commit for themselves, the snapshot of one does not make those of others superfluous.
    for (const { payload } of records) log.append('delta', [commit, payload])
  } finally {
    log.close()
  }
}

/** What a replay of the job has to repeat, as far as it is committed. */
export function readJobMarks(dataDirectory: string, job: string): TaskMark[] {
  const directory = stateDirectory(dataDirectory, job)
  const newest = fs.existsSync(directory) ? readStateLog(directory).at(-1) : undefined
  if (newest === undefined) return []
  return MarksLog.committed(directory, decodeCommit(newest.payload).commit.marksBytes) as TaskMark[]
}

function publishedEnd(dataDirectory: string, topic: string, partition: number): number {
  const reader = PartitionReader.open(partitionDirectory(dataDirectory, topic, partition))
  try {
    return reader.endOffset()
  } finally {
    reader.close()
  }
}
