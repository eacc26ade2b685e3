import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { HeadraceError } from '../../engine/errors.ts'
import type { InputCounts } from '../../engine/progress.ts'

/** Where the parts of a golden test lie: a directory with the slice and what is expected of it. */
export interface GoldenPlace {
  /** For people, as it was named. */
  readonly name: string
  readonly dir: string
}

/** What is known of an output beside its rows. */
export interface OutputCard {
  readonly rows: number
  readonly key: readonly string[]
  /** The type of each column. */
  readonly columns: Readonly<Record<string, string>>
}

/** What is expected of a job over a slice, beside the rows of its outputs. */
export interface GoldenCard {
  readonly format: 1
  readonly job: string
  /** The directory of the slice, relative to that of the golden test. */
  readonly slice: string
  /** What parameters of the job were set to. */
  readonly parameters: Readonly<Record<string, string>>
  /** Versions of models that scored. */
  readonly models: Readonly<Record<string, number>>
  readonly inputs: Readonly<Record<string, InputCounts>>
  readonly late: Readonly<Record<string, number>>
  readonly rejected: Readonly<Record<string, number>>
  readonly outputs: Readonly<Record<string, OutputCard>>
}

const cardFile = 'golden.json'
export const ownSlice = 'slice'

export function expectedDir({ dir }: GoldenPlace): string {
  return join(dir, 'expected')
}

/** The slice that a golden test names, or its own. */
export function sliceOf({ dir }: GoldenPlace, card: GoldenCard | undefined): string {
  return resolve(dir, card?.slice ?? ownSlice)
}

export function relativeSlice({ dir }: GoldenPlace, slice: string): string {
  return relative(dir, slice).replaceAll('\\', '/')
}

/** Undefined where nothing has been written yet. */
export function readCard(place: GoldenPlace): GoldenCard | undefined {
  const path = join(expectedDir(place), cardFile)
  const text = read(path)
  if (text === undefined) return undefined
  try {
    const card = JSON.parse(text) as GoldenCard
    if (card.format === 1 && typeof card.outputs === 'object') return card
  } catch (error) {
    throw damaged(path, 'it is no JSON', error)
  }
  throw damaged(path, 'it is of another format')
}

/** The rows that are expected of an output, one a line. */
export function readRows(place: GoldenPlace, output: string): string[] {
  const path = rowsPath(place, output)
  const text = read(path)
  if (text === undefined) throw damaged(path, 'it is not there')
  return text.split('\n').filter(line => line !== '')
}

export function rowsPath(place: GoldenPlace, output: string): string {
  return join(expectedDir(place), `${output}.jsonl`)
}

/** Writes what is expected from now on. Files of outputs that are no more go. */
export function writeGolden(
  place: GoldenPlace,
  card: GoldenCard,
  rows: ReadonlyMap<string, readonly string[]>,
): void {
  for (const output of Object.keys(readCard(place)?.outputs ?? {})) {
    if (!rows.has(output)) rmSync(rowsPath(place, output), { force: true })
  }
  for (const [output, lines] of rows) write(rowsPath(place, output), lines.map(line => `${line}\n`).join(''))
  write(join(expectedDir(place), cardFile), `${JSON.stringify(card, null, 2)}\n`)
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(`${path}.new`, text)
  renameSync(`${path}.new`, path)
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw damaged(path, 'it cannot be read', error)
  }
}

export function damaged(file: string, message: string, cause?: unknown): HeadraceError {
  return new HeadraceError('HR_GOLDEN_FILE', message, { file, cause })
}
