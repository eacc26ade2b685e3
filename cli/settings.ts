import { limits } from '../engine/limits.ts'
import type { Setting } from './settings/setting.ts'
import { duration, text, whole, word } from './settings/setting.ts'

const most = Number.MAX_SAFE_INTEGER

/** Everything that a deployment may say, beside `limits` and what concerns Kafka alone. */
export const settings = {
  dataDir: text('.headrace', {
    about: 'directory of the embedded log and of the state; relative to the file that names it',
    env: 'HEADRACE_DATA',
    flag: 'data',
    isPath: true,
  }),
  modelsDir: text(undefined, {
    about: 'directory of the models; without it, `models` in the data directory',
    env: 'HEADRACE_MODELS',
    flag: 'models',
    isPath: true,
  }),
  commitMs: whole(1, 3_600_000, limits.commitEveryMs, {
    about: 'milliseconds between two commits',
    env: 'HEADRACE_COMMIT_MS',
    flag: 'commit-ms',
  }),
  fsync: word(['commit', 'never'], 'commit', {
    about: 'whether a commit waits for the disk, or may be lost in a power cut',
    env: 'HEADRACE_FSYNC',
  }),
  partitions: whole(1, 10_000, 4, {
    about: 'partitions of a source topic that `headrace run` creates',
    env: 'HEADRACE_PARTITIONS',
    flag: 'partitions',
  }),
  workers: whole(1, 256, 1, {
    about: 'threads that `headrace run` spreads the partitions over; 1 is no further thread',
    env: 'HEADRACE_WORKERS',
    flag: 'workers',
  }),
  retention: duration({
    about: 'how long new topics keep records; without it, forever',
    env: 'HEADRACE_RETENTION',
  }),
  retentionBytes: whole(1, most, undefined, {
    about: 'how many bytes a partition of a new topic keeps; without it, all',
    env: 'HEADRACE_RETENTION_BYTES',
  }),
  seriesRetention: duration({
    about: 'how long series in the data directory keep points; without it, forever',
    env: 'HEADRACE_SERIES_RETENTION',
  }),
  segmentBytes: whole(1, 2 ** 31 - 1, 256 << 20, {
    about: 'size at which a segment of a new topic is closed',
  }),
} as const

/** The limits that a deployment may change; docs/limits.md says what they are. */
export const openLimits = [
  'batchRows',
  'produceBytes',
  'lateWindows',
  'maxFutureMs',
  'futureConfirmations',
  'fetchBytes',
  'recordBytes',
  'workerMemoryBytes',
  'batchBytes',
  'decompressedBytes',
  'stateDeltaBytes',
  'serverBodyBytes',
  'serverEntities',
  'serverScoreRows',
] as const satisfies readonly (keyof typeof limits)[]

export type OpenLimit = (typeof openLimits)[number]

export function limitSetting(name: OpenLimit): Setting<number> {
  return whole(1, most, limits[name], { about: name })
}
