import { dataViewOf } from '../../engine/codec/data-view.ts'
import { BATCH_HEADER_BYTES } from '../../engine/codec/record/batch.ts'
import { HeadraceError, isHeadraceError } from '../../engine/errors.ts'
import type { DirLock } from '../../engine/files/dir-lock.ts'
import { lockDirectory } from '../../engine/files/dir-lock.ts'
import { ActiveSegment } from './active-segment.ts'
import { BatchFrame, placeBatch } from './batch-frame.ts'
import { announceEnd } from './end-signal.ts'
import { corruptLog, logFileError, partitionPlace, withLogErrors } from './log-errors.ts'
import type { ClosedSegment } from './partition-recovery.ts'
import { recoverPartition, scanSegment } from './partition-recovery.ts'
import { PublishedEnd } from './published-end.ts'
import { countExpired } from './retention.ts'
import { removeSegment, segmentAt, segmentFile } from './segment-files.ts'
import type { WriterOptions } from './writer-options.ts'
import { completeOptions, maxRelative } from './writer-options.ts'

/**
 * The one writer of a partition. What is appended stays unseen until it is published, and survives a crash once
 * it is flushed; `truncate` takes back what was flushed and never decided for. After a failed write nothing
 * more is taken until the partition is opened again, which finds out what the disk really holds.
 */
export class PartitionWriter {
  readonly #directory: string
  readonly #options: Required<WriterOptions>
  readonly #lock: DirLock
  readonly #published: PublishedEnd
  readonly #closed: ClosedSegment[]
  readonly #frame = new BatchFrame()
  #active: ActiveSegment
  #end: number
  #flushed: number
  #stoppedBy: HeadraceError | undefined
  #isClosed = false

  private constructor(
    directory: string,
    options: Required<WriterOptions>,
    lock: DirLock,
    published: PublishedEnd,
  ) {
    const { files, indexIntervalBytes } = options
    this.#directory = directory
    this.#options = options
    this.#lock = lock
    this.#published = published
    const { closed, tail } = recoverPartition(files, directory, published, indexIntervalBytes)
    this.#closed = closed
    this.#end = tail?.nextOffset ?? published.end
    this.#active =
      tail === undefined
        ? ActiveSegment.create(files, directory, this.#end, indexIntervalBytes)
        : ActiveSegment.resume(files, directory, tail)
    this.#flushed = published.end
  }

  /** Takes the partition for this process and brings it in order after a crash. */
  static open(directory: string, options: WriterOptions = {}): PartitionWriter {
    const all = completeOptions(options)
    const lock = lockDirectory(directory)
    let published: PublishedEnd | undefined
    try {
      published = PublishedEnd.openOrCreate(all.files, directory)
      const writer = new PartitionWriter(directory, all, lock, published)
      if (all.fsync !== 'never') all.files.syncDirectory(directory)
      return writer
    } catch (error) {
      published?.close()
      lock.release()
      throw logFileError(error, directory)
    }
  }

  /** The offset that the next record gets. */
  get endOffset(): number {
    return this.#end
  }

  /** The end that readers see. */
  get publishedEnd(): number {
    return this.#published.end
  }

  get startOffset(): number {
    return this.#published.start
  }

  /**
   * Appends whole record batches, one behind the other, and returns the offset of the first record. The base
   * offsets are written into the given bytes, which may be used again at once. Checksums are the caller's.
   */
  append(bytes: Uint8Array): number {
    return this.#guard(() => {
      const baseOffset = this.#end
      const view = dataViewOf(bytes)
      this.#assertWhole(bytes.length, view)
      let runStart = 0
      for (let at = 0; at < bytes.length; at += this.#frame.size) {
        this.#frame.read(view, at)
        const size = at - runStart + this.#frame.size
        if (!this.#hasRoom(size, this.#end + this.#frame.lastOffset - this.#frame.baseOffset)) {
          this.#active.append(bytes.subarray(runStart, at))
          this.#roll()
          runStart = at
        }
        placeBatch(view, at, this.#end)
        this.#frame.read(view, at)
        this.#active.note(this.#frame, this.#active.bytes + at - runStart)
        this.#end = this.#frame.lastOffset + 1
      }
      this.#active.append(bytes.subarray(runStart))
      if (this.#options.fsync === 'always') this.#flush()
      return baseOffset
    })
  }

  /** Makes everything appended durable, as the policy says, and returns the end; it stays unseen. */
  flush(): number {
    return this.#guard(() => this.#flush())
  }

  /** Lets readers see what lies before `endOffset`, an end that `flush` returned. */
  publish(endOffset: number): void {
    this.#guard(() => {
      const { start, end } = this.#published
      if (endOffset === end) return
      if (endOffset < end || endOffset > this.#flushed) {
        const message = `cannot publish up to ${endOffset}: published is ${end}, flushed ${this.#flushed}`
        throw new HeadraceError('HR_INTERNAL', message, partitionPlace(this.#directory))
      }
      this.#published.write(start, endOffset, this.#options.fsync !== 'never')
      announceEnd(this.#directory)
    })
  }

  /** For a log that nothing else decides about: flush and publish all of it. */
  commit(): number {
    const end = this.flush()
    this.publish(end)
    return end
  }

  /** Drops every record at or past `endOffset`, where a batch has to begin. */
  truncate(endOffset: number): void {
    this.#guard(() => {
      this.#flush()
      if (endOffset === this.#end) return
      const { end } = this.#published
      if (endOffset < end) {
        const message = `asked to end at ${endOffset}, but readers have seen up to ${end}`
        throw new HeadraceError('HR_LOG_PUBLISHED', message, partitionPlace(this.#directory))
      }
      if (endOffset > this.#end) {
        const file = segmentFile(this.#directory, this.#active.base, 'log')
        throw corruptLog(file, this.#active.bytes, this.#end, `the log ends, ${endOffset} was its end`)
      }
      this.#cutAt(endOffset)
      this.#end = endOffset
      this.#flush()
    })
  }

  /** Removes closed segments that retention lets go; returns how many. */
  applyRetention(nowMs: number): number {
    return this.#guard(() => {
      const { files, fsync } = this.#options
      const count = countExpired(this.#closed, this.#active, this.#published.end, this.#options, nowMs)
      if (count === 0) return 0
      const start = this.#closed[count]?.base ?? this.#active.base
      this.#published.write(start, this.#published.end, fsync !== 'never')
      for (const { base } of this.#closed.splice(0, count)) removeSegment(files, this.#directory, base)
      return count
    })
  }

  /** Gives the partition up. What is not in the file yet is written, unpublished, or dropped. */
  close(rest: 'write' | 'drop' = 'write'): void {
    if (this.#isClosed) return
    this.#isClosed = true
    withLogErrors(this.#directory, () => {
      using held = new DisposableStack()
      held.defer(() => this.#lock.release())
      held.defer(() => this.#published.close())
      held.defer(() => this.#active.close())
      if (rest === 'write' && this.#stoppedBy === undefined) this.#active.flush(false)
    })
  }

  #flush(): number {
    this.#active.flush(this.#options.fsync !== 'never')
    this.#flushed = this.#end
    return this.#end
  }

  #hasRoom(moreBytes: number, lastOffset: number): boolean {
    const { base, bytes } = this.#active
    if (lastOffset - base > maxRelative) return false
    return bytes + moreBytes <= this.#options.segmentBytes || this.#end === base
  }

  #roll(): void {
    const { files, fsync, indexIntervalBytes } = this.#options
    const full = this.#active
    const closed = full.finish(fsync !== 'never')
    this.#active = ActiveSegment.create(files, this.#directory, this.#end, indexIntervalBytes)
    this.#closed.push(closed)
    full.close()
    if (fsync !== 'never') files.syncDirectory(this.#directory)
  }

  /** A batch larger than a segment gets one of its own. */
  #assertWhole(length: number, view: DataView): void {
    for (let at = 0; at < length; at += this.#frame.size) {
      const header = at + BATCH_HEADER_BYTES <= length
      const problem = header ? this.#frame.read(view, at) : 'a header that is cut off'
      const cut = header && at + this.#frame.size > length ? 'a record batch that is cut off' : undefined
      const wrong = problem ?? cut
      if (wrong === undefined) continue
      throw new HeadraceError('HR_LOG_BATCH', `${wrong}, at byte ${at}`, partitionPlace(this.#directory))
    }
  }

  #cutAt(endOffset: number): void {
    const { files, fsync, indexIntervalBytes } = this.#options
    const bases = [...this.#closed.map(segment => segment.base), this.#active.base]
    const at = segmentAt(bases, endOffset)
    const kept = scanSegment(files, this.#directory, bases[at], indexIntervalBytes, endOffset)
    if (kept.nextOffset < endOffset) {
      const file = segmentFile(this.#directory, kept.base, 'log')
      throw corruptLog(file, kept.bytes, kept.nextOffset, kept.problem ?? 'the file ends')
    }
    if (kept.nextOffset > endOffset) {
      const message = `no record batch begins at offset ${endOffset}`
      throw new HeadraceError('HR_INTERNAL', message, partitionPlace(this.#directory))
    }
    const cut = this.#active
    this.#active = ActiveSegment.resume(files, this.#directory, kept)
    cut.close()
    this.#closed.length = at
    for (const later of bases.slice(at + 1).reverse()) removeSegment(files, this.#directory, later)
    if (fsync !== 'never') files.syncDirectory(this.#directory)
  }

  /** A refused call changes nothing; a failed file call leaves unknown bytes on disk, so it is the last one. */
  #guard<T>(action: () => T): T {
    if (this.#isClosed) {
      throw new HeadraceError('HR_INTERNAL', 'the writer is closed', partitionPlace(this.#directory))
    }
    if (this.#stoppedBy !== undefined) {
      const { code, place } = this.#stoppedBy
      throw new HeadraceError(code, 'the writer stopped at an earlier failure', {
        ...place,
        cause: this.#stoppedBy,
      })
    }
    try {
      return action()
    } catch (error) {
      if (isHeadraceError(error)) throw error
      this.#stoppedBy = logFileError(error, this.#directory)
      throw this.#stoppedBy
    }
  }
}
