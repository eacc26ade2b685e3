import type { Io } from './io.ts'
import { jsonLine, print } from './io.ts'
import { LiveScreen } from './live-screen.ts'
import type { Recording } from './recording.ts'
import type { Style } from './reporter.ts'
import { everyMs } from './reporter.ts'
import { shortBytes, shortCount } from './units.ts'

export interface RecordStatus {
  readonly seconds: number
  readonly records: number
  readonly bytes: number
  /** Of the offsets that are asked for. */
  readonly percent: number
}

/** Tells how far a recording is. */
export class RecordProgress {
  private readonly io: Io
  private readonly style: Style
  private readonly screen: LiveScreen
  private recording: Recording | undefined
  private begunAt = performance.now()
  private timer: NodeJS.Timeout | undefined

  constructor(io: Io, style: Style) {
    this.io = io
    this.style = style
    this.screen = new LiveScreen(io.out)
  }

  /** Something that people should know; as JSON it is an object of its own. */
  note(text: string): void {
    if (this.style === 'json') print(this.io, jsonLine({ type: 'note', text }))
    else if (this.style === 'terminal') this.screen.note(text)
    else print(this.io, text)
  }

  start(recording: Recording): void {
    this.recording = recording
    this.begunAt = performance.now()
    this.timer = setInterval(() => this.show(), everyMs[this.style])
  }

  stop(): void {
    clearInterval(this.timer)
    this.screen.end()
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

  private show(): void {
    const status = this.status()
    const { seconds, records, bytes, percent } = status
    const rate = shortBytes(bytes / Math.max(seconds, 0.001))
    const line = `${percent}%  ${shortCount(records)} records  ${shortBytes(bytes)}  ${rate}/s`
    if (this.style === 'json') print(this.io, jsonLine({ type: 'status', ...status }))
    else if (this.style === 'terminal') this.screen.draw([line])
    else print(this.io, line)
  }
}
