import { limits } from '../engine/limits.ts'
import type { Duration } from '../engine/time/duration.ts'
import { durationMs } from '../engine/time/duration.ts'

/** One value of a deployment's configuration: where it may come from, and what it may be. */
export interface Setting<T> {
  readonly about: string
  readonly env?: string
  readonly flag?: string
  /** What is allowed, for messages. */
  readonly allowed: string
  readonly fallback: T
  /** The value, from the file as it is or from text; undefined if it is not allowed. */
  read(value: unknown): T | undefined
}

type Source = Pick<Setting<unknown>, 'about' | 'env' | 'flag'>

function whole<F>(least: number, most: number, fallback: F, source: Source): Setting<number | F> {
  return {
    ...source,
    fallback,
    allowed: `a whole number from ${least} to ${most}`,
    read: value => {
      const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value
      return Number.isInteger(number) && Number(number) >= least && Number(number) <= most
        ? Number(number)
        : undefined
    },
  }
}

function word<const W extends string>(words: readonly W[], fallback: W, source: Source): Setting<W> {
  return {
    ...source,
    fallback,
    allowed: words.map(one => `'${one}'`).join(', '),
    read: value => words.find(one => one === value),
  }
}

function text(fallback: string, source: Source): Setting<string> {
  return {
    ...source,
    fallback,
    allowed: 'a text that is not empty',
    read: value => (typeof value === 'string' && value !== '' ? value : undefined),
  }
}

function duration(source: Source): Setting<number | undefined> {
  return {
    ...source,
    fallback: undefined,
    allowed: "a duration as '7d', '12h', '30s'",
    read: value => {
      try {
        const ms = durationMs(value as Duration, 'retention')
        return Number.isInteger(ms) ? ms : undefined
      } catch {
        return undefined
      }
    },
  }
}

const most = Number.MAX_SAFE_INTEGER

/** Everything that a deployment may say, beside `limits`. */
export const settings = {
  dataDir: text('.headrace', {
    about: 'directory of the embedded log and of the state; relative to the file that names it',
    env: 'HEADRACE_DATA',
    flag: 'data',
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
] as const satisfies readonly (keyof typeof limits)[]

export type OpenLimit = (typeof openLimits)[number]

export function limitSetting(name: OpenLimit): Setting<number> {
  return whole(1, most, limits[name], { about: name })
}
