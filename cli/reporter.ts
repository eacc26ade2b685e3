import type { Io } from './io.ts'
import { jsonLine, print } from './io.ts'
import { LiveScreen } from './live-screen.ts'
import { progressLine } from './progress-line.ts'
import type { RunMeter, Status } from './status.ts'

export const everyMs = { terminal: 500, json: 1000, plain: 10_000 } as const

export type Style = keyof typeof everyMs

/** More lines for the terminal, below the progress. */
export type Extra = (status: Status, width: number) => readonly string[]

export function styleFor(io: Io, json: boolean): Style {
  if (json) return 'json'
  return io.out.isTTY ? 'terminal' : 'plain'
}

/** Tells how a run goes: a line drawn in place at a terminal, JSON lines, or now and then a plain line. */
export class Reporter {
  readonly style: Style
  private readonly io: Io
  private readonly screen: LiveScreen
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

  start(meter: RunMeter, extra: Extra = () => []): void {
    this.timer = setInterval(() => this.show(meter.status(), extra), everyMs[this.style])
  }

  stop(): void {
    clearInterval(this.timer)
    this.screen.end()
  }

  private show(status: Status, extra: Extra): void {
    const { io, screen } = this
    if (this.style === 'json') print(io, jsonLine({ type: 'status', ...status }))
    else if (this.style === 'plain') print(io, `${status.seconds.toFixed(0)}s  ${progressLine(status, 200)}`)
    else screen.draw([progressLine(status, screen.width), ...extra(status, screen.width)])
  }
}
