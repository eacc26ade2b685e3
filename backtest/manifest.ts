import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { HeadraceError } from '../engine/errors.ts'
import type { Range } from '../engine/replay/range-source.ts'

/** What a partition's part in a replay is: its results count from `from` on, what is before fills the state. */
export interface Stretch extends Range {
  readonly warmup: number
}

export interface Rounds {
  readonly everyMs: number
  /** The time of the last record. */
  readonly lastMs: number
}

/** What a replay is a replay of: written down where its results are, so that it can be gone on with and compared. */
export interface Manifest {
  readonly format: 1
  /** Tells it from all other replays, where its results are copied to. */
  readonly id?: string
  readonly job: string
  /** Where the history was, for people. */
  readonly history: string
  /** The stretch in the words of who asked for it. */
  readonly asked: Readonly<Record<string, string>>
  /** By source topic and partition. */
  readonly stretches: Readonly<Record<string, readonly Stretch[]>>
  /** How the log's time is cut into rounds: the order of the results depends on it. */
  readonly rounds?: Rounds
  /** Versions of models that scored, by name. */
  readonly models: Readonly<Record<string, number>>
}

const ofReplay = 'replay.json'

/** What tells one replay from another. */
export type ReplayName = Pick<Manifest, 'job' | 'history' | 'asked'>

/** The replay that a directory has, if it is of the same: else the directory has to be empty, or not there. */
export function knownReplay(dir: string, asked: ReplayName, file: string = ofReplay): Manifest | undefined {
  const place = { job: asked.job, file: dir }
  const known = readManifest(dir, file)
  if (known !== undefined) {
    if (textOf(known) === textOf(asked)) return known
    const message = `it has the results of ${textOf(known)}, not of ${textOf(asked)}`
    throw new HeadraceError('HR_REPLAY_RANGE', message, place)
  }
  if (!existsSync(dir) || readdirSync(dir).length === 0) return undefined
  const message = 'something else is in it: a replay goes to a directory of its own'
  throw new HeadraceError('HR_REPLAY_RANGE', message, place)
}

export function writeManifest(dir: string, manifest: Manifest, file: string = ofReplay): void {
  mkdirSync(dir, { recursive: true })
  const path = join(dir, file)
  writeFileSync(`${path}.new`, `${JSON.stringify(manifest, null, 2)}\n`)
  renameSync(`${path}.new`, path)
}

/** Undefined where no replay has been. */
export function readManifest(dir: string, file: string = ofReplay): Manifest | undefined {
  const path = join(dir, file)
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Manifest
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new HeadraceError('HR_REPLAY_RANGE', 'what the replay was of cannot be read', {
      cause: error,
      file: path,
    })
  }
}

export function recordsIn(manifest: Manifest): number {
  const stretches = Object.values(manifest.stretches).flat()
  return stretches.reduce((sum, { warmup, until }) => sum + until - warmup, 0)
}

function textOf({ job, history, asked }: ReplayName): string {
  const words = Object.entries(asked).map(([name, value]) => `${name} ${value}`)
  return [job, 'over', history, ...words].join(' ')
}
