import fs from 'node:fs'
import path from 'node:path'
import { readFile, replaceFile } from '../../engine/files/files.ts'
import { StateLog } from '../../engine/state/log/state-log.ts'
import type { Commit, Ends } from './commit-record.ts'
import { decodeCommit } from './commit-record.ts'
import type { LogConfig } from './config.ts'
import { stateDirectory } from './config.ts'
import { withLogErrors } from './log-errors.ts'
import { PartitionWriter } from './partition-writer.ts'
import { describeTopic, partitionDirectory } from './topic-store.ts'

/** Who writes partitions: a job with the ends that its newest commit names, or nobody's job. */
export interface Owner {
  readonly job: string
  readonly ends: Ends
}

/** Writes outside of a job: what it publishes is decided by that. */
export const noJob: Owner = { job: '', ends: {} }

const lastWriterFile = 'last-writer'

/**
 * Opens a partition for writing, with exactly what was decided for it, published. A crash may have left records
 * behind the published end; whether they count only the state of the job knows that wrote them. So each
 * partition bears the name of its last writer, and whoever comes next asks that job's state before.
 */
export function openSettled(
  config: LogConfig,
  topic: string,
  partition: number,
  owner: Owner,
): PartitionWriter {
  const { dir, files, fsync } = config
  const { segmentBytes, retentionMs, retentionBytes } = describeTopic(dir, topic)
  const directory = partitionDirectory(dir, topic, partition)
  const options = { files, fsync, segmentBytes, retentionMs, retentionBytes }
  const writer = PartitionWriter.open(directory, options)
  try {
    const last = lastWriter(config, topic, partition)
    const decided =
      last === undefined || last === owner.job
        ? owner.ends[topic]?.[partition]
        : decidedByOther(config, last, writer, topic, partition)
    const end = decided ?? writer.publishedEnd
    writer.truncate(end)
    writer.publish(end)
    if (last !== owner.job) {
      const file = path.join(directory, lastWriterFile)
      withLogErrors(directory, () => replaceFile(files, file, new TextEncoder().encode(owner.job)))
    }
    return writer
  } catch (error) {
    writer.close()
    throw error
  }
}

/** The job that wrote a partition last, empty for none; undefined where nobody has yet. */
export function lastWriter({ dir, files }: LogConfig, topic: string, partition: number): string | undefined {
  const directory = partitionDirectory(dir, topic, partition)
  const bytes = withLogErrors(directory, () => readFile(files, path.join(directory, lastWriterFile)))
  return bytes && new TextDecoder().decode(bytes)
}

/** What a job has committed last. */
export function newestCommit(state: StateLog): Commit | undefined {
  const record = state.newest()
  return record && decodeCommit(record.payload).commit
}

/** Undefined if nothing is open: then what is published is all there is. */
function decidedByOther(
  config: LogConfig,
  job: string,
  writer: PartitionWriter,
  topic: string,
  partition: number,
): number | undefined {
  const directory = stateDirectory(config.dir, job)
  if (job === '' || writer.endOffset === writer.publishedEnd || !fs.existsSync(directory)) return undefined
  const state = StateLog.open(directory, { files: config.files, fsync: config.fsync !== 'never' })
  try {
    const decided = newestCommit(state)?.ends[topic]?.[partition]
    return decided && Math.max(decided, writer.publishedEnd)
  } finally {
    state.close()
  }
}
