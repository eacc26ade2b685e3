/** Collects the lines of a generated function, indented by their braces. */
export class SourceText {
  private readonly lines: string[] = []
  private depth: number

  constructor(depth: number) {
    this.depth = depth
  }

  add(...lines: readonly string[]): void {
    for (const line of lines) {
      if (line.startsWith('}')) this.depth--
      this.lines.push('  '.repeat(this.depth) + line)
      if (line.endsWith('{')) this.depth++
    }
  }

  toString(): string {
    return this.lines.join('\n')
  }
}
