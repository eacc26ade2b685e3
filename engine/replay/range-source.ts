import type { PartitionSource, RawChunk } from '../home.ts'

/** A stretch of a partition: the offset of the first record, and the one behind the last. */
export interface Range {
  readonly from: number
  readonly until: number
}

/** A partition of which only a stretch is to be seen, and all of it: what is still on its way is waited for. */
export class RangeSource implements PartitionSource {
  readonly until: number
  private readonly source: PartitionSource
  private readonly from: number
  private readonly stopped: AbortSignal

  constructor(source: PartitionSource, { from, until }: Range, stopped: AbortSignal) {
    this.source = source
    this.from = from
    this.until = until
    this.stopped = stopped
  }

  /** Asked for records before the end alone. */
  poll(): RawChunk | null | Promise<RawChunk | null> {
    return this.source.poll() ?? this.arriving()
  }

  seek(offset: number): void {
    this.source.seek(offset)
  }

  startOffset(): number {
    return Math.max(this.from, this.source.startOffset())
  }

  /** The stretch is known to be there. */
  endOffset(): number {
    return this.until
  }

  atEnd(): boolean {
    return this.source.atEnd?.() ?? true
  }

  changed(signal: AbortSignal): Promise<void> {
    return this.source.changed(signal)
  }

  private async arriving(): Promise<RawChunk | null> {
    while (!this.stopped.aborted) {
      await this.source.changed(this.stopped)
      const chunk = await this.source.poll()
      if (chunk !== null) return chunk
    }
    return null
  }

  close(): void {
    this.source.close()
  }
}
