import type { Replay } from '../backtest/replay.ts'
import type { Io } from './io.ts'
import { jsonLine, print } from './io.ts'
import { LiveScreen } from './live-screen.ts'
import type { Style } from './reporter.ts'
import { everyMs } from './reporter.ts'
import { shortCount } from './units.ts'

const barWidth = 24

/** Tells how far a replay is, how fast it goes and how long it will take. */
export class ReplayProgress {
  private readonly io: Io
  private readonly style: Style
  private readonly screen: LiveScreen
  private readonly begunAt = performance.now()
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

  start(replay: Replay, records: number): void {
    const show = () => this.show(replay.read, records, this.seconds)
    this.timer = setInterval(show, everyMs[this.style])
  }

  stop(): void {
    clearInterval(this.timer)
    this.screen.end()
  }

  get seconds(): number {
    return (performance.now() - this.begunAt) / 1000
  }

  private show(read: number, records: number, seconds: number): void {
    const perSecond = Math.round(read / seconds)
    const secondsLeft = perSecond === 0 ? null : Math.ceil((records - read) / perSecond)
    if (this.style === 'json') {
      print(this.io, jsonLine({ type: 'status', read, records, perSecond, secondsLeft }))
      return
    }
    const line = progressText(read, records, perSecond, secondsLeft)
    if (this.style === 'terminal') this.screen.draw([line])
    else print(this.io, line)
  }
}

export function progressText(
  read: number,
  records: number,
  perSecond: number,
  secondsLeft: number | null,
): string {
  const share = records === 0 ? 1 : Math.min(1, read / records)
  const filled = Math.round(share * barWidth)
  const bar = '█'.repeat(filled) + '░'.repeat(barWidth - filled)
  const left = secondsLeft === null ? '' : `  ${secondsLeft} s left`
  return `${bar} ${Math.floor(share * 100)}%  ${shortCount(read)} records  ${shortCount(perSecond)}/s${left}`
}
