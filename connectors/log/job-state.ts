import fs from 'node:fs'
import path from 'node:path'
import type { CheckpointRecord, TaskMark } from '../../engine/home.ts'
import { MarksLog } from '../../engine/state/log/marks-log.ts'
import { readStateLog } from '../../engine/state/log/read-state-log.ts'
import { stateFault } from '../../engine/state/log/state-faults.ts'
import { decodeCommit } from './commit-record.ts'
import { stateDirectory } from './config.ts'

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

/** What a replay of the job has to repeat, as far as it is committed. */
export function readJobMarks(dataDirectory: string, job: string): TaskMark[] {
  const directory = stateDirectory(dataDirectory, job)
  const newest = fs.existsSync(directory) ? readStateLog(directory).at(-1) : undefined
  if (newest === undefined) return []
  return MarksLog.committed(directory, decodeCommit(newest.payload).commit.marksBytes) as TaskMark[]
}
