import type { Recording } from './recording.ts'
import { Teller } from './teller.ts'
import { shortBytes, shortCount } from './units.ts'

export interface RecordStatus {
  readonly seconds: number
  readonly records: number
  readonly bytes: number
  /** Of the offsets that are asked for. */
  readonly percent: number
}

/** Tells how far a recording is. */
export class RecordProgress extends Teller {
  private recording: Recording | undefined
  private begunAt = performance.now()

  start(recording: Recording): void {
    this.recording = recording
    this.begunAt = performance.now()
    this.tell(() => {
      const status = this.status()
      const { seconds, records, bytes, percent } = status
      const rate = shortBytes(bytes / Math.max(seconds, 0.001))
      const plain = `${percent}%  ${shortCount(records)} records  ${shortBytes(bytes)}  ${rate}/s`
      return { json: status, plain, lines: () => [plain] }
    })
  }

  status(): RecordStatus {
    const { lanes = [], copies = [] } = this.recording ?? {}
    const sum = (parts: readonly number[]) => parts.reduce((total, part) => total + part, 0)
    const wanted = sum(lanes.map(({ start, until }) => Math.max(0, until - start)))
    const done = sum(lanes.map(({ partition, start }) => Math.max(0, copies[partition].position - start)))
    return {
      seconds: Math.round(performance.now() - this.begunAt) / 1000,
      records: sum(copies.map(({ records }) => records)),
      bytes: sum(copies.map(({ bytes }) => bytes)),
      percent: wanted === 0 ? 100 : Math.min(100, Math.floor((done * 100) / wanted)),
    }
  }
}
