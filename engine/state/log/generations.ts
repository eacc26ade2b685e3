import path from 'node:path'
import { HeadraceError } from '../../errors.ts'
import type { FileOps } from '../../files/files.ts'
import type { Scan } from './frame-file.ts'
import { FrameFile, firstFrame } from './frame-file.ts'

export const stateKinds = { snapshot: 1, delta: 2 } as const

const magic = 0x4c535248
const unfinished = '.new'
const namePattern = /^state-(\d{10})\.log$/

function fileName(generation: number): string {
  return `state-${String(generation).padStart(10, '0')}.log`
}

export interface OpenGeneration {
  readonly file: FrameFile
  readonly scan: Scan
}

/**
 * The files `state-<generation>.log` of a directory. The first generation begins with empty state, every
 * other with a snapshot, which is durable before the file gets its name. Older files go only after that:
 * as long as one is there, nothing was acknowledged in a newer one.
 */
export class Generations {
  private readonly directory: string
  private readonly files: FileOps
  private readonly fsync: boolean

  constructor(directory: string, files: FileOps, fsync: boolean) {
    this.directory = directory
    this.files = files
    this.fsync = fsync
  }

  /** Opens the newest generation that is complete, cuts a torn write from its end, removes all others. */
  recover(): OpenGeneration {
    const generations = this.list()
    if (generations.length === 0) return this.scanned(this.create(1, undefined))
    let newest = generations.pop() as number
    const older = generations.at(-1)
    let opened = this.open(newest, older !== undefined)
    if (opened === undefined) {
      this.files.remove(this.pathOf(newest))
      newest = older as number
      opened = this.open(newest, false) as OpenGeneration
    }
    try {
      this.settle(opened, older !== undefined)
    } catch (error) {
      opened.file.close()
      throw error
    }
    return opened
  }

  /** The newest generation that is complete, only to be read: nothing is mended. Undefined where there is none. */
  look(): OpenGeneration | undefined {
    const generations = this.list()
    const newest = generations.pop()
    if (newest === undefined) return undefined
    const older = generations.at(-1)
    const opened = this.open(newest, older !== undefined, 'read')
    return opened ?? this.open(older as number, false, 'read')
  }

  /** A generation on disk under its final name, durable. */
  create(generation: number, snapshot: readonly Uint8Array[] | undefined): FrameFile {
    const target = this.pathOf(generation)
    const file = FrameFile.create(this.files, target + unfinished, magic, generation)
    try {
      if (snapshot !== undefined) file.write(firstFrame, stateKinds.snapshot, snapshot)
      if (this.fsync) file.sync()
      file.rename(target)
      this.syncDirectory()
    } catch (error) {
      file.close()
      throw error
    }
    return file
  }

  /** Removes all files but that of one generation. */
  keepOnly(generation: number): void {
    const kept = fileName(generation)
    for (const name of this.files.list(this.directory)) {
      const ours = namePattern.test(name) || name.endsWith(`.log${unfinished}`)
      if (ours && name !== kept) this.files.remove(path.join(this.directory, name))
    }
    this.syncDirectory()
  }

  /** Undefined if a crash cut short the rotation to this generation, so that the older one holds. */
  private open(
    generation: number,
    hasOlder: boolean,
    mode: 'read' | 'update' = 'update',
  ): OpenGeneration | undefined {
    const path = this.pathOf(generation)
    const file = FrameFile.open(this.files, path, magic, mode)
    if (file === undefined) {
      if (hasOlder) return undefined
      throw new HeadraceError('HR_STATE_CORRUPT', 'the file ends within its header', { file: path })
    }
    try {
      if (file.generation !== generation) {
        throw new HeadraceError('HR_STATE_CORRUPT', `it holds generation ${file.generation}`, { file: path })
      }
      const opened = this.scanned(file)
      if (generation === 1 || opened.scan.frames[0]?.kind === stateKinds.snapshot) return opened
      if (!hasOlder || opened.scan.frames.length > 0 || opened.scan.tail === 'damaged') {
        throw file.corrupt(firstFrame, 'a whole snapshot should be here')
      }
      file.close()
      return undefined
    } catch (error) {
      file.close()
      throw error
    }
  }

  private scanned(file: FrameFile): OpenGeneration {
    return { file, scan: file.scan() }
  }

  /** What is restored from here on must not be lost any more, even if the process before ended before its sync. */
  private settle({ file, scan }: OpenGeneration, interruptedRotation: boolean): void {
    if (scan.tail !== 'whole') file.truncate(scan.end)
    if (this.fsync) file.sync()
    if (interruptedRotation) {
      // The older file is the only other copy: it stays until the snapshot is whole and its name durable.
      if (scan.frames.length > 0) file.read(scan.frames[0].position)
      this.syncDirectory()
    }
    this.keepOnly(file.generation)
  }

  private list(): number[] {
    const matches = this.files.list(this.directory).map(name => namePattern.exec(name))
    return matches.flatMap(match => (match === null ? [] : [Number(match[1])])).sort((a, b) => a - b)
  }

  private pathOf(generation: number): string {
    return path.join(this.directory, fileName(generation))
  }

  private syncDirectory(): void {
    if (this.fsync) this.files.syncDirectory(this.directory)
  }
}
