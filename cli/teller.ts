import type { Io } from './io.ts'
import { jsonLine, print } from './io.ts'
import { LiveScreen } from './live-screen.ts'

export const everyMs = { terminal: 500, json: 1000, plain: 10_000 } as const

export type Style = keyof typeof everyMs

/** How something that goes on stands, in each way to tell it. */
export interface Standing {
  readonly json: object
  readonly plain: string
  /** At a terminal of that width. */
  readonly lines: (width: number) => readonly string[]
}

/** Tells how something goes: lines drawn in place at a terminal, JSON lines, or now and then a plain line. */
export class Teller {
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

  stop(): void {
    clearInterval(this.timer)
    this.screen.end()
  }

  /** Stops without a trace of how it went. */
  erase(): void {
    clearInterval(this.timer)
    if (this.style === 'terminal') this.screen.draw([])
  }

  /** Tells it again and again, until `stop`. */
  protected tell(look: () => Standing): void {
    this.timer = setInterval(() => this.show(look()), everyMs[this.style])
  }

  private show({ json, plain, lines }: Standing): void {
    const { io, screen } = this
    if (this.style === 'json') print(io, jsonLine({ type: 'status', ...json }))
    else if (this.style === 'plain') print(io, plain)
    else screen.draw(lines(screen.width))
  }
}
