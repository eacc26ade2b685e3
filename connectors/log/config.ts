import path from 'node:path'
import { HeadraceError } from '../../engine/errors.ts'
import type { FileOps } from '../../engine/files/files.ts'
import { diskFiles } from '../../engine/files/files.ts'
import { newTopicMeta } from './topic-store.ts'
import type { FsyncPolicy } from './writer-options.ts'

export interface LogHomeOptions {
  /** The data folder: topics lie in its `log`, the state of jobs in its `state`. */
  readonly dir: string
  /** With `commit`, what is committed survives a power cut; with `never`, the end of the process. */
  readonly fsync?: FsyncPolicy
  /** Of topics that are created without a number of their own. */
  readonly partitionsForNewTopics?: number
  /** Of topics that are created: size of a segment, and what is kept; -1 keeps all. */
  readonly segmentBytes?: number
  readonly retentionMs?: number
  readonly retentionBytes?: number
  readonly files?: FileOps
}

export type LogConfig = Required<LogHomeOptions>

const defaults = {
  fsync: 'commit',
  partitionsForNewTopics: 1,
  segmentBytes: 256 << 20,
  retentionMs: -1,
  retentionBytes: -1,
  files: diskFiles,
} as const satisfies Omit<LogConfig, 'dir'>

const policies: readonly string[] = ['commit', 'always', 'never'] satisfies FsyncPolicy[]

/** All options, in range. */
export function completeConfig(options: LogHomeOptions): LogConfig {
  const config = { ...defaults, ...options }
  if (!policies.includes(config.fsync)) {
    throw new HeadraceError('HR_CONFIG_INVALID', `fsync ${config.fsync}: allowed are ${policies.join(', ')}`)
  }
  newTopicMeta({ ...config, partitions: config.partitionsForNewTopics }, 0)
  return config
}

/** Where a job's state lies. */
export function stateDirectory(dataDirectory: string, job: string): string {
  return path.join(dataDirectory, 'state', job)
}
