import path from 'node:path'
import { HeadraceError } from '../../errors.ts'
import type { FileOps } from '../../files/files.ts'
import { diskFiles } from '../../files/files.ts'
import { FrameFile, firstFrame } from './frame-file.ts'
import { stateFault } from './state-faults.ts'
import { WriteGuard } from './write-guard.ts'

/** Something that happened live and is not in the input, so that a replay has to repeat it at its place. */
export interface Mark {
  /**
   * `idle`: an input stopped holding the others back. `awake`: it spoke again, its event time raised to where
   * the others had got. `time`: all were quiet, and its event time went on. `tick`: the time of day of the
   * rows that `input` gave next, or of a tick without rows in which timers fired.
   */
  readonly kind: 'idle' | 'awake' | 'time' | 'tick'
  /** The place of the input among those of the task. */
  readonly input?: number
  /** The next offset of each input of the task when it happened: its place in a replay. */
  readonly positions: readonly number[]
  /** Milliseconds: the event time that the input is taken to have reached, or the time of day. */
  readonly time: number
}

export interface MarksRecord {
  readonly marks: readonly Mark[]
  /** Position of the next record. */
  readonly end: number
}

export interface MarksLogOptions {
  readonly files?: FileOps
  readonly fsync?: boolean
}

const fileName = 'marks.log'
const magic = 0x4d4c5248
const marksKind = 1

/**
 * The marks of a task, `marks.log` in the directory that its state log has locked. It outlives the state:
 * it is needed as long as the input can be read again. `append` writes, `sync` makes durable and returns
 * the length that the commit names; opened with that length, marks that were not committed are gone.
 */
export class MarksLog {
  private readonly file: FrameFile
  private readonly fsync: boolean
  private readonly guard = new WriteGuard()
  private end: number
  /** True at first too: what the process before wrote may not have been made durable by it. */
  private unsynced = true

  /** With 'all' instead of a committed length it keeps every whole record: to replay without state. */
  static open(directory: string, committedBytes: number | 'all', options: MarksLogOptions = {}): MarksLog {
    const { files = diskFiles, fsync = true } = options
    const name = path.join(directory, fileName)
    try {
      const exists = files.list(directory).includes(fileName)
      const file = exists ? openFile(files, name) : createFile(files, name, fsync)
      return new MarksLog(file, settle(file, committedBytes, fsync), fsync)
    } catch (error) {
      throw stateFault(error, name)
    }
  }

  private constructor(file: FrameFile, end: number, fsync: boolean) {
    this.file = file
    this.end = end
    this.fsync = fsync
  }

  /** What is committed, read without taking the log from a process that writes to it. */
  static committed(directory: string, committedBytes: number): Mark[] {
    const name = path.join(directory, fileName)
    if (!diskFiles.list(directory).includes(fileName)) return []
    try {
      const log = new MarksLog(openFile(diskFiles, name), committedBytes, false)
      const marks = [...log.readFrom(0)].flatMap(record => record.marks)
      log.close()
      return marks
    } catch (error) {
      throw stateFault(error, name)
    }
  }

  /** Bytes written so far, durable or not. */
  get length(): number {
    return this.end
  }

  append(marks: readonly Mark[]): void {
    if (marks.length === 0) return
    for (const mark of marks) checkMark(mark)
    const payload = new TextEncoder().encode(JSON.stringify(marks))
    this.write(() => {
      this.end = this.file.write(this.end, marksKind, [payload])
      this.unsynced = true
    })
  }

  /** Makes all marks durable and returns the length that the commit has to name. */
  sync(): number {
    this.write(() => {
      if (this.unsynced && this.fsync) this.file.sync()
      this.unsynced = false
    })
    return this.end
  }

  /** The records from a position on; from the first if it is 0. */
  *readFrom(position: number): Generator<MarksRecord, void, undefined> {
    for (let at = Math.max(position, firstFrame); at < this.end; ) {
      const record = this.read(at)
      yield record
      at = record.end
    }
  }

  close(): void {
    if (!this.guard.close()) return
    try {
      this.file.close()
    } catch (error) {
      throw stateFault(error, this.file.path)
    }
  }

  private read(position: number): MarksRecord {
    try {
      const { payload, end } = this.file.read(position)
      if (end > this.end) throw this.file.corrupt(position, 'it reaches beyond what was committed')
      return { marks: JSON.parse(new TextDecoder().decode(payload)), end }
    } catch (error) {
      throw stateFault(error, this.file.path)
    }
  }

  private write(action: () => void): void {
    this.guard.run(this.file.path, action, () => this.file.truncate(this.end))
  }
}

function openFile(files: FileOps, name: string): FrameFile {
  const file = FrameFile.open(files, name, magic)
  if (file !== undefined) return file
  throw new HeadraceError('HR_STATE_CORRUPT', 'the file ends within its header', { file: name })
}

function createFile(files: FileOps, name: string, fsync: boolean): FrameFile {
  const file = FrameFile.create(files, `${name}.new`, magic, 0)
  try {
    if (fsync) file.sync()
    file.rename(name)
    if (fsync) files.syncDirectory(path.dirname(name))
  } catch (error) {
    file.close()
    throw error
  }
  return file
}

/** Cuts what was not committed, and returns the length of what was. */
function settle(file: FrameFile, committedBytes: number | 'all', fsync: boolean): number {
  try {
    const end = committedBytes === 'all' ? file.scan().end : Math.max(committedBytes, firstFrame)
    const { size } = file
    if (size < end) throw file.corrupt(size, `${end} bytes were committed, the file has ${size}`)
    if (size > end) {
      file.truncate(end)
      if (fsync) file.sync()
    }
    return end
  } catch (error) {
    file.close()
    throw error
  }
}

function checkMark({ time, positions }: Mark): void {
  if (Number.isFinite(time) && positions.every(Number.isSafeInteger)) return
  throw new HeadraceError('HR_INTERNAL', `a mark at ${time} and positions ${positions} cannot be stored`)
}
