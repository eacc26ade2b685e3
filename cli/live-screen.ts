import type { Output } from './io.ts'

const clearLine = '\x1b[2K'
const cursorUp = '\x1b[1A'

/** Lines at the bottom of a terminal that are drawn anew in place. */
export class LiveScreen {
  private readonly out: Output
  private drawn = 0

  constructor(out: Output) {
    this.out = out
  }

  /** Columns that a line may fill: one less than there are, so that no terminal wraps it. */
  get width(): number {
    return Math.max(20, (this.out.columns ?? 80) - 1)
  }

  /** What does not fit on the terminal is cut off: there is no way back to lines that have scrolled away. */
  draw(lines: readonly string[]): void {
    const fitting = lines.slice(0, Math.max(1, (this.out.rows ?? Number.POSITIVE_INFINITY) - 1))
    const texts = fitting.map(line => clearLine + line.slice(0, this.width))
    this.out.write(this.home() + texts.join('\n'))
    this.drawn = fitting.length
  }

  /** A line that stays, above those that change. */
  note(line: string): void {
    this.out.write(`${this.home()}${line}\n`)
    this.drawn = 0
  }

  /** Leaves what is drawn where it is. */
  end(): void {
    if (this.drawn > 0) this.out.write('\n')
    this.drawn = 0
  }

  /** Moves to where drawing began and clears from there on. */
  private home(): string {
    if (this.drawn === 0) return ''
    return `\r${clearLine}${`${cursorUp}${clearLine}`.repeat(this.drawn - 1)}`
  }
}
