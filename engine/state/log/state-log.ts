import { HeadraceError } from '../../errors.ts'
import type { DirLock } from '../../files/dir-lock.ts'
import { lockDirectory } from '../../files/dir-lock.ts'
import type { FileOps } from '../../files/files.ts'
import { diskFiles } from '../../files/files.ts'
import { limits } from '../../limits.ts'
import type { Frame, FrameFile } from './frame-file.ts'
import { firstFrame } from './frame-file.ts'
import type { OpenGeneration } from './generations.ts'
import { Generations, stateKinds } from './generations.ts'
import { stateErrorCodes, stateFault } from './state-faults.ts'
import { WriteGuard } from './write-guard.ts'

export type StateRecordKind = 'snapshot' | 'delta'

export interface StateRecord {
  readonly kind: StateRecordKind
  readonly payload: Uint8Array
}

export interface StateLogOptions {
  readonly files?: FileOps
  /** Without, a commit outlives the process but perhaps not a power cut. */
  readonly fsync?: boolean
}

/**
 * The state of a task in a directory: a snapshot and the deltas behind it. `append` returning is the
 * commit. `rotate` commits a snapshot, which starts a file of its own and lets the older one go.
 * After a failed write the log is done; reopened, it holds everything that was committed.
 */
export class StateLog {
  private readonly generations: Generations
  private readonly fsync: boolean
  private readonly lock: DirLock
  private file: FrameFile
  /** Where restoring starts, where the snapshot there ends, where the newest record begins and the next one goes. */
  private base = firstFrame
  private baseEnd = firstFrame
  private newestAt = firstFrame
  private end = firstFrame
  private readonly guard = new WriteGuard()

  static open(directory: string, options: StateLogOptions = {}): StateLog {
    const { files = diskFiles, fsync = true } = options
    let lock: DirLock | undefined
    try {
      files.makeDirectory(directory)
      lock = lockDirectory(directory, stateErrorCodes)
      const generations = new Generations(directory, files, fsync)
      return new StateLog(generations, generations.recover(), lock, fsync)
    } catch (error) {
      lock?.release()
      throw stateFault(error, directory)
    }
  }

  private constructor(
    generations: Generations,
    { file, scan }: OpenGeneration,
    lock: DirLock,
    fsync: boolean,
  ) {
    this.generations = generations
    this.fsync = fsync
    this.lock = lock
    this.file = file
    this.end = scan.end
    this.newestAt = scan.frames.at(-1)?.position ?? scan.end
    const snapshot = scan.frames.findLast(frame => frame.kind === stateKinds.snapshot)
    if (snapshot !== undefined) {
      this.base = snapshot.position
      this.baseEnd = snapshot.end
    }
  }

  get generation(): number {
    return this.file.generation
  }

  /** Bytes of the newest snapshot. */
  get snapshotSize(): number {
    return this.baseEnd - this.base
  }

  /** Bytes of the deltas behind it. */
  get sizeSinceSnapshot(): number {
    return this.end - this.baseEnd
  }

  /** Whether the deltas outweigh the snapshot, so that the next commit had better be a `rotate`. */
  get rotationDue(): boolean {
    return this.sizeSinceSnapshot > Math.max(this.snapshotSize, limits.stateDeltaBytes)
  }

  /** The newest snapshot, if there is one, and all deltas behind it, in order. */
  *restore(): Generator<StateRecord, void, undefined> {
    const { file, end } = this
    let position = this.base
    while (position < end) {
      const frame = readFrame(file, position)
      yield recordOf(frame)
      position = frame.end
    }
  }

  /** The record committed last, if there is one. */
  newest(): StateRecord | undefined {
    return this.newestAt < this.end ? recordOf(readFrame(this.file, this.newestAt)) : undefined
  }

  append(kind: StateRecordKind, payload: Uint8Array | readonly Uint8Array[]): void {
    const parts = partsOf(payload)
    this.commit(() => {
      const end = this.file.write(this.end, stateKinds[kind], parts)
      if (this.fsync) this.file.sync()
      if (kind === 'snapshot') {
        this.base = this.end
        this.baseEnd = end
      }
      this.newestAt = this.end
      this.end = end
    })
  }

  rotate(snapshot: Uint8Array | readonly Uint8Array[]): void {
    const parts = partsOf(snapshot)
    this.commit(() => {
      const next = this.generations.create(this.generation + 1, parts)
      this.file.close()
      this.file = next
      this.base = this.newestAt = firstFrame
      this.end = this.baseEnd = next.size
      this.generations.keepOnly(next.generation)
    })
  }

  close(): void {
    if (!this.guard.close()) return
    try {
      this.file.close()
    } catch (error) {
      throw stateFault(error, this.file.path)
    } finally {
      this.lock.release()
    }
  }

  private commit(write: () => void): void {
    // After a failed fsync the page cache may still show a record that the disk does not hold.
    this.guard.run(this.file.path, write, () => this.file.truncate(this.end))
  }
}

function readFrame(file: FrameFile, position: number): Frame {
  try {
    return file.read(position)
  } catch (error) {
    throw stateFault(error, file.path)
  }
}

function recordOf({ kind, payload }: Frame): StateRecord {
  return { kind: kind === stateKinds.snapshot ? 'snapshot' : 'delta', payload }
}

function partsOf(payload: Uint8Array | readonly Uint8Array[]): readonly Uint8Array[] {
  const parts = payload instanceof Uint8Array ? [payload] : payload
  const bytes = parts.reduce((sum, part) => sum + part.length, 0)
  if (bytes <= limits.stateBlobBytes) return parts
  throw new HeadraceError(
    'HR_STATE_TOO_LARGE',
    `a record of ${bytes} bytes is over the ${limits.stateBlobBytes} of a state blob`,
  )
}
