import type { PartitionSource, RawChunk } from '../home.ts'

/** A stretch of a partition: the offset of the first record, and the one behind the last. */
export interface Range {
  readonly from: number
  readonly until: number
}

/** A partition of which only a stretch is to be seen. */
export class RangeSource implements PartitionSource {
  readonly until: number
  private readonly source: PartitionSource
  private readonly from: number
  private position: number

  constructor(source: PartitionSource, { from, until }: Range) {
    this.source = source
    this.from = from
    this.until = until
    this.position = from
  }

  poll(): RawChunk | null | Promise<RawChunk | null> {
    return this.position >= this.until ? null : this.source.poll()
  }

  seek(offset: number): void {
    this.position = offset
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

  close(): void {
    this.source.close()
  }
}
