import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { HeadraceError } from '../engine/errors.ts'
import type { Range } from '../engine/replay/range-source.ts'

/** What a partition's part in a replay is: its results count from `from` on, what is before fills the state. */
export interface Stretch extends Range {
  readonly warmup: number
}

/** What a replay is a replay of: written down where its results are, so that it can be gone on with and compared. */
export interface Manifest {
  readonly format: 1
  readonly job: string
  /** Where the history was, for people. */
  readonly history: string
  /** By source topic and partition. */
  readonly stretches: Readonly<Record<string, readonly Stretch[]>>
  /** Versions of models that scored, by name. */
  readonly models: Readonly<Record<string, number>>
}

const file = 'replay.json'

/** Writes it to a directory that is empty or not there; where it is there already, it has to be the same. */
export function settleManifest(dir: string, manifest: Manifest): 'new' | 'known' {
  const known = readManifest(dir)
  if (known !== undefined) {
    if (JSON.stringify(known) === JSON.stringify(manifest)) return 'known'
    const message = `${dir} has another replay: ${describe(known)}, not ${describe(manifest)}`
    throw new HeadraceError('HR_REPLAY_RANGE', message, { job: manifest.job, file: join(dir, file) })
  }
  mkdirSync(dir, { recursive: true })
  if (readdirSync(dir).length > 0) {
    const message = `${dir} has something else in it: a replay goes to a directory of its own`
    throw new HeadraceError('HR_REPLAY_RANGE', message, { job: manifest.job, file: dir })
  }
  const path = join(dir, file)
  writeFileSync(`${path}.new`, `${JSON.stringify(manifest, null, 2)}\n`)
  renameSync(`${path}.new`, path)
  return 'new'
}

/** Undefined where no replay has been. */
export function readManifest(dir: string): Manifest | undefined {
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

function describe({ job, stretches, history }: Manifest): string {
  const topics = Object.entries(stretches).map(([topic, parts]) => {
    return `${topic} ${parts.map(({ from, until }) => `${from}-${until}`).join(' ')}`
  })
  return `${job} over ${topics.join(', ')} of ${history}`
}
